import type { Segments } from '../emulator/phone/count-segments';

/** `1 segment, GSM-7` */
export function describeSegments({ segments, encoding }: Segments): string {
  return `${segments} ${segments === 1 ? 'segment' : 'segments'}, ${encoding}`;
}
