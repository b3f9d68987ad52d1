import { describeRecord, summarize } from '../../../src/emulator/console/describe-record';
import { mask } from '../../../src/emulator/console/mask-numbers';
import { refusedRecord } from '../refused-record';

const headers = ['content-type', 'application/x-www-form-urlencoded'];
const url = 'http://127.0.0.1:3000/sms/incoming';
const form = (body: string, at = url) => refusedRecord(at, { headers, body });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => 4915100000000 + index * 7919);

test('a thousand numbers are blotted out wherever their digits stand', () => {
  const given = numbers(500);
  const fields = given.map((number) => `a=%2B${number}&b=x${number}${given[0]}`);
  const shown = describeRecord(form(fields.join('&'), `${url}?c=${given[499]}`));
  expect(shown.params).toHaveLength(1000);
  expect(shown.params?.slice(-2)).toEqual([
    ['a', mask],
    ['b', `x${mask}${mask}`],
  ]);
  expect(shown.url).toBe(`${url}?c=${mask}`);
  expect(JSON.stringify(shown)).not.toMatch(/49151\d{8}/);
});

test('made-up numbers and digits of no number stay', () => {
  const shown = describeRecord(form('From=%2B15550100001&To=%2B4915112345678&Sid=SM12345678901234567890'));
  expect(shown.params).toEqual([
    ['From', '+15550100001'],
    ['To', mask],
    ['Sid', 'SM12345678901234567890'],
  ]);
});

test('of more fields than Twilio’s runtime reads none is shown by itself, and no number of the body either', () => {
  const shown = describeRecord(
    form(
      numbers(1001)
        .map((number) => `a=%2B${number}&b=${number}`)
        .join('&'),
    ),
  );
  expect(shown.params).toBeNull();
  expect(shown.signed).toEqual([url, '… and more fields than are shown here']);
  expect(shown.body.startsWith(`a=${mask}&b=${mask}&`)).toBe(true);
  expect(shown.body).not.toMatch(/\d{4}/);
});

test('a megabyte of numbers is cut, and nothing is left of the number at the cut', () => {
  const body = numbers(33_000).map((number) => `a=${number}&b=%2B${number}`);
  for (const shift of [0, 3, 6, 9, 12, 15, 18]) {
    const record = form(`${'x'.repeat(shift)}&${body.join('&')}`);
    const shown = describeRecord(record);
    expect(shown.params).toBeNull();
    expect(shown.body.endsWith(`\n… ${record.body.byteLength} bytes in all`)).toBe(true);
    expect(shown.body.replace(/\d+ bytes in all$/, '')).not.toMatch(/\d/);
    expect(summarize(record).url).toBe(url);
  }
});
