/** Twilio's platform allows 4 MB with headers: https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow */
const partSize = 3_500_000;

/**
 * Takes one part, from 1, of a long text that arrives in pieces; never holds more than that part in memory, and parts end
 * between pieces.
 */
export async function takePart(
  pieces: AsyncIterable<string>,
  part: number,
  size = partSize,
): Promise<{ text: string; more: boolean }> {
  let number = 1;
  let filled = 0;
  let text = '';
  for await (const piece of pieces) {
    const length = Buffer.byteLength(piece);
    if (filled > 0 && filled + length > size) {
      number += 1;
      filled = 0;
      if (number > part) return { text, more: true };
    }
    filled += length;
    if (number === part) text += piece;
  }
  return { text, more: false };
}
