import type { SeededRandom } from './seeded-random';

/** How one message is delivered, other than once and at once. Times in milliseconds. */
export interface DeliveryPlan {
  /** Before the first delivery. */
  delay: number;
  /** Further deliveries of the same MessageSid, each so long after the first one was sent. */
  copies: number[];
  /** Over how long the body trickles in; 0: at once. */
  trickle: number;
}

/** What a line and a sender do: shares from 0 to 1. */
export interface Chaos {
  duplicated: number;
  late: number;
  slow: number;
  /** The longest delay of anything late, in milliseconds. */
  longest: number;
}

/** Now and then a delivery is repeated, as when an answer got lost. */
export const calm: Chaos = { duplicated: 0.05, late: 0, slow: 0, longest: 500 };

/** Much is repeated, late, out of order and slow. */
export const chaotic: Chaos = { duplicated: 0.3, late: 0.3, slow: 0.15, longest: 3_000 };

export function planDelivery(random: SeededRandom, chaos: Chaos): DeliveryPlan {
  const delay = random.chance(chaos.late) ? random.whole(1, chaos.longest) : 0;
  const trickle = random.chance(chaos.slow) ? random.whole(50, 500) : 0;
  const copies = random.chance(chaos.duplicated)
    ? Array.from({ length: random.whole(1, 2) }, () => random.whole(0, chaos.longest))
    : [];
  return { delay, copies, trickle };
}
