import { InvalidArgumentError } from 'commander';

/** Reads a whole number for an option; the returned function throws commander's error outside the range. */
export function readWhole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`It is a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

/** Gathers an option that may be given several times. */
export function collect(value: string, former: string[] = []): string[] {
  return [...former, value];
}
