import fc from 'fast-check';
import { readConnectionOverrides } from '../../../src/emulator/phone/connection-overrides';
import { judgeAnswer } from '../../../src/emulator/phone/judge-answer';
import { parseTwiml } from '../../../src/emulator/phone/parse-twiml';
import { parseWebhookUrl, resolveAgainst } from '../../../src/emulator/phone/webhook-url';

// Texts that look like the real thing until something is off.
const markup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<Response>',
        '</Response>',
        '<Message>',
        '</Message>',
        '<Redirect>',
        '<Media/>',
        '<',
        '&',
        '&#x0;',
        '&amp;',
      ),
      fc.constantFrom(
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?xml version="1.0"?>',
        '<Message __proto__="1">',
        '<__proto__>',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('whatever a server or a user comes up with', () => {
  it('is TwiML or a problem, never an exception', () => {
    fc.assert(
      fc.property(markup, (text) => {
        const { instructions, problems } = parseTwiml(text);
        if (problems.some(({ level }) => level === 'error')) expect(instructions).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is an answer that can be judged', () => {
    const headers = fc.array(
      fc.tuple(fc.constantFrom('Content-Type', 'Transfer-Encoding', 'x'), fc.string()),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), headers, fc.uint8Array(), (status, given, body) => {
        const judgement = judgeAnswer({
          status,
          headers: given as [string, string][],
          body: Buffer.from(body),
        });
        const lost = judgement.problems.some(({ level }) => level === 'error');
        expect(judgement.instructions === null).toBe(lost);
      }),
    );
  });

  it('is a URL to call or a sentence', () => {
    const nearly = fc
      .tuple(fc.constantFrom('http://', 'https://', 'HTTP://u:p@', ''), fc.string())
      .map(([a, b]) => a + b);
    fc.assert(
      fc.property(nearly, fc.string(), (text, reference) => {
        const url = parseWebhookUrl(text);
        if (typeof url === 'string') expect(url.length).toBeGreaterThan(10);
        else expect(['string', 'undefined']).toContain(typeof resolveAgainst(url, reference));
      }),
    );
  });

  it('leaves usable connection settings', () => {
    fc.assert(
      fc.property(fc.string(), (fragment) => {
        const { settings } = readConnectionOverrides(fragment);
        expect(settings.readTimeout).toBeGreaterThanOrEqual(100);
        expect(settings.retries).toBeLessThanOrEqual(5);
      }),
    );
  });
});
