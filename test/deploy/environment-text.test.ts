import { createRequire } from 'node:module';
import fc from 'fast-check';
import { fitsEnvironmentText, writeEnvironmentText } from '../../src/deploy/environment-text';

// The very reader of Twilio's tool, which is older than ours.
const { parse } = createRequire(require.resolve('twilio-run/package.json'))('dotenv') as {
  parse(text: string): Record<string, string>;
};

const pieces = ["'", '"', '\\', '\n', '\\n', '#', '=', ' ', '$', '`', 'ü', '🎤', 'a', '{"a":"b"}'];
const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30 }),
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
);

test("every value that is let through arrives unchanged at Twilio's tool, whatever stands beside it", () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      fc.pre(fitsEnvironmentText(one) && fitsEnvironmentText(other));
      expect(parse(writeEnvironmentText({ ONE: one, OTHER: other }))).toEqual({ ONE: one, OTHER: other });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['white space at an end', ' secret'],
  ['a carriage return', 'a\rb'],
  ['a line break beside a quote', 'say "a"\nand b'],
])('refuses %s', (_, text) => {
  expect(fitsEnvironmentText(text)).toBe(false);
  expect(() => writeEnvironmentText({ SECRET: text })).toThrow(RangeError);
});
