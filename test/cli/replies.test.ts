import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SegmentedMessage } from 'sms-segments-calculator';
import { replyNames } from '../../src/rating/rating-event';
import { runRingtrue } from './run-ringtrue';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-replies-'));
  mkdirSync(path.join(dir, 'assets'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function writeEvent(event: string | object): void {
  const text = typeof event === 'string' ? event : JSON.stringify(event, null, 2);
  writeFileSync(path.join(dir, 'assets', 'event.private.json'), text);
}
const replies = (...args: string[]) => runRingtrue(['replies', ...args], { cwd: dir });
const event = { id: 'x', title: 'X', sessions: [{ keyword: 'KEYNOTE', title: 'Opening keynote' }] };

interface Printed {
  oneSegment: boolean;
  replies: { reply: string; locale: string; text: string; segments: number; encoding: string }[];
}

describe('ringtrue replies', () => {
  test('shows each reply with its segments, and ends with 0 when each is one', async () => {
    writeEvent(event);
    const { code, stdout } = await replies();
    expect(code).toBe(0);
    expect(stdout).toContain(
      'recorded en-US (1 segment, GSM-7)\n    Thank you! 5 of 5 for Opening keynote. Text again to change it.\n',
    );
    expect(stdout.match(/\(1 segment, GSM-7\)/g)).toHaveLength(Object.keys(replyNames).length);
    expect(stdout).toMatch(/each of 12 replies is one segment\n$/);
  });

  test('shows ours in every language, each one segment by the calculator of Twilio', async () => {
    writeEvent({ ...event, replies: { howTo: 'x'.repeat(200) } });
    const { code, stdout } = await replies('--language', 'all', '--json');
    const printed: Printed = JSON.parse(stdout);
    expect({ code, oneSegment: printed.oneSegment }).toEqual({ code: 0, oneSegment: true });
    for (const locale of ['en-US', 'de-DE', 'fr-FR', 'es-ES', 'ja-JP'])
      expect(printed.replies.filter((one) => one.locale === locale)).toHaveLength(12);
    for (const { text, segments } of printed.replies)
      expect([text, segments]).toEqual([text, new SegmentedMessage(text).segmentsCount]);
  });

  test('ends with 1 when a reply of the event costs more', async () => {
    writeEvent({ ...event, replies: { howTo: `ŵ${'x'.repeat(90)}` } });
    const { code, stdout } = await replies();
    expect(code).toBe(1);
    expect(stdout).toContain('howTo en-US (2 segments, UCS-2)');
    expect(stdout).toMatch(/1 of 12 replies cost more than one segment\n$/);
  });

  test.each<[string, string | object, string]>([
    [
      'a field',
      { ...event, sessions: [{ keyword: 'stop', title: 'a' }] },
      'line 6: sessions[0].keyword STOP belongs to Twilio. Twilio answers it itself: choose another word.',
    ],
    ['a comma too many', '{\n  "id": "x",\n  "title": "X",\n}', 'line 4: it is not JSON'],
    ['a quote that is missing', '{\n  "id": "x,\n  "title": "X"\n}', 'line 2: it is not JSON'],
    ['a file that ends early', '{\n  "id": "x",\n  "sessions": [', 'line 3: it is not JSON'],
    [
      'a field that is there twice',
      '{\n  "id": "x",\n  "title": "X",\n  "sessions": [{ "keyword": "TALK", "title": "a" }],\n  "title": "Y"\n}',
      'line 5: title is there twice. Keep one of them.',
    ],
    ['an empty file', '', 'line 1: it is not JSON'],
  ])('ends with 2 and names line and fix for %s', async (_, text, told) => {
    writeEvent(text);
    const { code, stdout, stderr } = await replies();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`assets/event.private.json, ${told}`);
  });
});
