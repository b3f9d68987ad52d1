import twilio from 'twilio';
import { judgeAnswer } from '../../../src/emulator/phone/judge-answer';

function judge(body: string | Buffer, type: string | null = 'text/xml', status = 200) {
  return judgeAnswer({
    status,
    headers: type === null ? [] : [['Content-Type', type]],
    body: Buffer.from(body),
  });
}

const codes = (judgement: ReturnType<typeof judge>) => judgement.problems.map(({ code }) => code);

describe('judgeAnswer', () => {
  it("understands what Twilio's own library writes", () => {
    const response = new twilio.twiml.MessagingResponse();
    response.message('Fish & <chips> "5" \u{1F600}\r\nsecond line');
    const message = response.message({ to: '+15550100009', from: '+15550100008' }, '');
    message.body('with media');
    message.media('https://example.com/a.png?x=1&y=2');
    response.redirect({ method: 'GET' }, 'https://example.com/next?a=1&b=2');
    expect(judge(response.toString(), 'text/xml; charset=utf-8')).toEqual({
      problems: [],
      instructions: [
        {
          verb: 'message',
          to: null,
          from: null,
          body: 'Fish & <chips> "5" \u{1F600}\r\nsecond line',
          media: [],
        },
        {
          verb: 'message',
          to: '+15550100009',
          from: '+15550100008',
          body: 'with media',
          media: ['https://example.com/a.png?x=1&y=2'],
        },
        { verb: 'redirect', method: 'GET', url: 'https://example.com/next?a=1&b=2' },
      ],
    });
  });

  it('takes an empty Response, a self-closed one and no content for silence', () => {
    for (const silence of [judge('<Response></Response>'), judge('<Response/>'), judge('', null, 204)]) {
      expect(silence).toEqual({ instructions: [], problems: [] });
    }
  });

  it('takes plain text for the reply itself', () => {
    expect(judge('Thanks!', 'text/plain').instructions).toMatchObject([{ verb: 'message', body: 'Thanks!' }]);
  });

  it.each([
    ['a refusal', judge('no', 'text/plain', 403), 11200],
    ['a failure', judge('<Response/>', 'text/xml', 500), 11200],
    ['no Content-Type', judge('<Response/>', null), 11200],
    ['JSON', judge('{"ok":true}', 'application/json'), 12300],
    ['HTML', judge('<p>ok</p>', 'text/html; charset=utf-8'), 12300],
    ['a bare ampersand', judge('<Response><Message>Q & A</Message></Response>'), 12100],
    ['an unknown entity', judge('<Response><Message>a&nbsp;b</Message></Response>'), 12100],
    ['white space before the declaration', judge('\n<?xml version="1.0"?><Response/>'), 12100],
    ['an unclosed element', judge('<Response><Message>hi</Response>'), 12100],
    ['an empty document', judge(''), 12100],
    ['a DOCTYPE', judge('<!DOCTYPE r [<!ENTITY a "b">]><Response><Message>&a;</Message></Response>'), 12100],
    ['another root', judge('<response><Message>hi</Message></response>'), 12102],
    ['more than 64 kB', judge(`<Response><Message>${'a'.repeat(65_536)}</Message></Response>`), 11750],
  ])('loses the document for %s', (_, judgement, code) => {
    expect(judgement.instructions).toBeNull();
    expect(codes(judgement)).toEqual([code]);
  });

  it('warns and goes on for what is not in the schema', () => {
    const odd = judge('<Response>hello<Say>hi</Say><Message colour="red">ok<Emoji/></Message></Response>');
    expect(codes(odd).toSorted()).toEqual([12200, 12200, 12200, 14110]);
    expect(odd.instructions).toMatchObject([{ verb: 'message', body: 'ok' }]);
  });

  it('never reads past a Redirect', () => {
    const { instructions } = judge('<Response><Redirect>/next</Redirect><Message>never</Message></Response>');
    expect(instructions).toEqual([{ verb: 'redirect', method: 'POST', url: '/next' }]);
  });

  it('reads CDATA and numeric entities as text', () => {
    const { instructions } = judge(
      '<Response><Message><Body><![CDATA[a & b]]> &#9733;&#x2605;</Body></Message></Response>',
    );
    expect(instructions).toMatchObject([{ body: 'a & b ★★' }]);
  });
});
