import { Readable } from 'node:stream';
import fc from 'fast-check';
import { isReadAlike } from '../../src/emulator/is-read-alike';
import { decodeForm } from '../../src/signature/canonical';

// The copy that Twilio's runtime has, used as it does.
const runtime = require.resolve('@twilio/runtime-handler/dev');
const parseForm = require(require.resolve('body-parser', { paths: [runtime] })).urlencoded({
  extended: false,
});

type Fields = Map<string, string[]>;

async function readByRuntime(form: Buffer): Promise<Fields> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(form.length),
  };
  const request = Object.assign(Readable.from([form]), { headers, body: {} });
  await new Promise<void>((resolve, reject) =>
    parseForm(request, {}, (error: unknown) => (error ? reject(error) : resolve())),
  );
  return new Map(Object.entries(request.body).map(([name, value]) => [name, [value].flat() as string[]]));
}

function readForSignature(form: Buffer): Fields {
  const fields: Fields = new Map();
  for (const [name, value] of decodeForm(form)) fields.set(name, [...(fields.get(name) ?? []), value]);
  return fields;
}

const pieces = ['a', 'b', '=', '&', '%', '%4', '%41', '%E9', '%C3%A9', '+', '?', ';', '0', '\0', '__proto__'];
const wide = ['\uFEFF', '\u00e9', '\u0135', '\u{1F600}', '\u{10FFFF}'];
const text = (from: string[]) =>
  fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 12 }).map((all) => Buffer.from(all.join('')));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((all) => Buffer.from(all));

test('the runtime reads any form of ASCII as the signature does, and it is said so', async () => {
  await fc.assert(
    fc.asyncProperty(text(pieces), async (form) => {
      expect(isReadAlike(form)).toBe(true);
      expect(await readByRuntime(form)).toEqual(readForSignature(form));
    }),
    { numRuns: 2000 },
  );
});

test('of any form it is said whether the runtime reads it as the signature does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(text([...pieces, ...wide]), bytes), async (form) => {
      const read = await readByRuntime(form);
      expect(isReadAlike(form)).toBe(
        JSON.stringify([...read].sort()) === JSON.stringify([...readForSignature(form)].sort()),
      );
    }),
    { numRuns: 5000 },
  );
});
