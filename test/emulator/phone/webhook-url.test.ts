import { readConnectionOverrides } from '../../../src/emulator/phone/connection-overrides';
import { parseWebhookUrl, resolveAgainst, type WebhookUrl } from '../../../src/emulator/phone/webhook-url';

function parse(text: string): WebhookUrl {
  const url = parseWebhookUrl(text);
  if (typeof url === 'string') throw new Error(url);
  return url;
}

describe('parseWebhookUrl', () => {
  it('signs and sends the bytes as configured, credentials and fragment apart', () => {
    const url = parse("https://user:p%40ss@Example.com:8443/a/../sms?q='x'&b=%2f#rc=2");
    expect(url).toMatchObject({
      secure: true,
      hostname: 'Example.com',
      port: 8443,
      host: 'Example.com:8443',
      target: "/a/../sms?q='x'&b=%2f",
      signed: "https://Example.com:8443/a/../sms?q='x'&b=%2f",
      authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
      fragment: 'rc=2',
    });
  });

  it('knows the default ports, an empty path and IPv6', () => {
    expect(parse('https://example.com')).toMatchObject({
      port: 443,
      target: '/',
      signed: 'https://example.com/',
    });
    expect(parse('http://example.com?a=1')).toMatchObject({ port: 80, target: '/?a=1' });
    expect(parse('http://[::1]:3000/sms')).toMatchObject({ hostname: '::1', port: 3000, host: '[::1]:3000' });
  });

  it('takes the last @ of the authority for the end of the credentials', () => {
    const { authorization } = parse('http://me:a@b@example.com/');
    expect(authorization).toBe(`Basic ${Buffer.from('me:a@b').toString('base64')}`);
  });

  it.each([
    ['/sms/incoming', /not absolute/],
    ['localhost:3000/sms', /not absolute/],
    ['ftp://example.com/sms', /not called by Twilio/],
    ['http:///sms', /host or port/],
    ['http://example.com:99999/', /no port 99999/],
    ['http://exa mple.com/', /host or port/],
    ['http://example.com/sms ok', /percent-encode/],
    ['http://example.com/é', /percent-encode/],
    ['http://example.com/a\r\nX: y', /percent-encode|host or port/],
  ])('says what is wrong with %s', (text, reason) => {
    expect(parseWebhookUrl(text)).toMatch(reason);
  });
});

describe('resolveAgainst', () => {
  it('keeps the credentials on the same host and drops them on another', () => {
    const base = parse('https://user:pass@example.com/sms/incoming');
    expect(resolveAgainst(base, '../more?a=1')).toBe('https://user:pass@example.com/more?a=1');
    expect(resolveAgainst(base, '//other.example/x')).toBe('https://other.example/x');
    expect(resolveAgainst(base, 'https://other.example/x')).toBe('https://other.example/x');
  });
});

describe('readConnectionOverrides', () => {
  it('has the defaults of Twilio', () => {
    const { settings, problems } = readConnectionOverrides('');
    expect(settings).toEqual({
      connectTimeout: 5_000,
      readTimeout: 15_000,
      totalTimeout: 15_000,
      retries: 1,
      retryOn: new Set(['ct']),
    });
    expect(problems).toEqual([]);
  });

  it('reads every key', () => {
    const { settings, problems } = readConnectionOverrides('ct=100&rt=200&tt=300&rc=5&rp=4xx,rt&e=dublin');
    expect(settings).toEqual({
      connectTimeout: 100,
      readTimeout: 200,
      totalTimeout: 300,
      retries: 5,
      retryOn: new Set(['4xx', 'rt']),
    });
    expect(problems).toEqual([]);
    expect(readConnectionOverrides('rp=all').settings.retryOn.size).toBe(4);
  });

  it('reports what Twilio would not take and uses the default', () => {
    const { settings, problems } = readConnectionOverrides('ct=99&rc=six&rp=often&e=mars');
    expect(settings).toMatchObject({ connectTimeout: 5_000, retries: 1, retryOn: new Set(['ct']) });
    expect(problems.map(({ code }) => code)).toEqual([11321, 11321, 11243, 11240]);
  });
});
