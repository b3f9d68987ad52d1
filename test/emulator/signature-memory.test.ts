import { SignatureMemory } from '../../src/emulator/signature-memory';
import { signWithTwilio } from '../sign-with-twilio';
import { refusedRecord } from './refused-record';

const url = 'http://127.0.0.1:3000/sms/incoming';
const genuine = signWithTwilio({ token: 'token', url, params: { Body: '5', From: '+15550100001' } });

function compare(body: string, { at = url, known = genuine.body } = {}): string | null {
  const memory = new SignatureMemory();
  memory.remember(refusedRecord(url, { ...genuine, body: known }));
  return memory.compare(refusedRecord(at, { ...genuine, body }));
}

test.each([
  ['another text', `${genuine.body.replace('5', '1')}`, 'the parameter "Body" was changed after signing'],
  ['one more parameter', `${genuine.body}&Extra=1`, 'the parameter "Extra" was added after signing'],
  ['a nameless one', `${genuine.body}&=1`, 'the parameter "" was added after signing'],
  ['one less', 'Body=5', 'the parameter "From" was removed after signing'],
  ['a second value', `${genuine.body}&Body=1`, 'the parameter "Body" was changed after signing'],
  ['a value twice', `${genuine.body}&Body=5`, 'repeated parameters were changed after signing'],
])('a signature that comes back with %s is told from the request it was made for', (_, body, sentence) => {
  expect(compare(body)).toBe(sentence);
});

test('so is one with another path or query', () => {
  expect(compare(genuine.body, { at: url.replace('incoming', 'other') })).toBe(
    'the signature of another path, /sms/incoming',
  );
  expect(compare(genuine.body, { at: `${url}?a=1` })).toBe('the query was changed after signing');
});

test('requests above 16 kB are neither kept nor compared', () => {
  const many = 'a=1&'.repeat(4000);
  expect(compare(`${many}Body=5`, { known: many })).toBe('the parameter "Body" was added after signing');
  expect(compare(`${many}Body=5`, { known: `${many}${many}` })).toBeNull();
  expect(compare(`${many}${many}Body=5`)).toBeNull();
});

test('a signature that was never seen says nothing', () => {
  expect(new SignatureMemory().compare(refusedRecord(url, genuine))).toBeNull();
});
