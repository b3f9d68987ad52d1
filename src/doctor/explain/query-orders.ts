/** Above this number of pieces only the orders that somebody makes on purpose are tried, not all there are. */
const maxPermuted = 6;

/**
 * Orders in which the pieces of a query may have been signed: as in a known query, sorted, reversed, then every other.
 * Twilio signs the configured order and has been seen to send another (twilio-php#790, twilio-node#1079).
 */
export function* queryOrders(
  pieces: readonly string[],
  known: readonly (readonly string[])[],
): Generator<readonly string[]> {
  if (pieces.length < 2) return;
  for (const order of known) {
    const rank = new Map(order.map((piece, index) => [nameOf(piece), index]));
    const last = order.length;
    yield pieces.toSorted((a, b) => (rank.get(nameOf(a)) ?? last) - (rank.get(nameOf(b)) ?? last));
  }
  yield pieces.toSorted();
  yield pieces.toSorted((a, b) => compare(nameOf(a), nameOf(b)));
  yield pieces.toSorted((a, b) => compare(nameOf(a).toLowerCase(), nameOf(b).toLowerCase()));
  yield pieces.toReversed();
  // One piece moved to the front or the back: what frameworks do that add a parameter of their own.
  if (pieces.length <= 24) {
    for (const piece of pieces) {
      const others = pieces.filter((other) => other !== piece);
      yield [piece, ...others];
      yield [...others, piece];
    }
  }
  if (pieces.length <= maxPermuted) yield* permutations(pieces);
}

function* permutations(pieces: readonly string[]): Generator<string[]> {
  if (pieces.length < 2) {
    yield [...pieces];
    return;
  }
  for (const [index, piece] of pieces.entries()) {
    for (const rest of permutations(pieces.toSpliced(index, 1))) yield [piece, ...rest];
  }
}

function nameOf(piece: string): string {
  return piece.split('=', 1)[0] ?? '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
