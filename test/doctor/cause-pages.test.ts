import { causeCodes } from '../../src/doctor/cause-code';
import { listPages, makePages, readPage } from './cause-pages';

test('every cause has a page, and no page is about anything else', () => {
  expect(listPages().sort()).toEqual([...causeCodes].sort());
});

test.each([...makePages()])(
  'the page of %s says what the doctor says (npx tsx test/doctor/cause-pages.ts)',
  (code, page) => {
    expect(readPage(code)).toBe(page);
  },
);
