import type { Attack } from './attack';
import { captureAttacks } from './capture-attacks';
import { forgingAttacks } from './forging-attacks';
import { serverAttacks } from './server-attacks';

/** Everything `ringtrue attack` tries, in the order it is shown. */
export const allAttacks: readonly Attack[] = [...forgingAttacks, ...captureAttacks, ...serverAttacks];
