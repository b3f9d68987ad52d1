import { domainToASCII, domainToUnicode } from 'node:url';
import { type Hypothesis, headerList, type Rewrite } from './hypothesis';
import type { UrlView, View } from './signed-view';

/** Scheme, host and port: what a proxy in front of the application hides from it. */
export const originHypotheses: readonly Hypothesis[] = [
  {
    code: 'url-scheme',
    part: 'url',
    *rewrites({ url }) {
      const others: Record<string, string> = { http: 'https', https: 'http', ws: 'wss', wss: 'ws' };
      const other = others[url.scheme.toLowerCase()];
      if (other) yield { url: { ...url, scheme: other } };
      if (url.scheme !== url.scheme.toLowerCase())
        yield { url: { ...url, scheme: url.scheme.toLowerCase() } };
    },
  },
  {
    // A WebSocket upgrade is an HTTP request, but its wss:// URL is signed (twilio-aspnet#162).
    code: 'websocket-scheme',
    part: 'url',
    *rewrites({ url }) {
      const others: Record<string, readonly string[]> = {
        http: ['wss', 'ws'],
        https: ['wss', 'ws'],
        ws: ['https', 'http'],
        wss: ['https', 'http'],
      };
      for (const scheme of others[url.scheme.toLowerCase()] ?? []) yield { url: { ...url, scheme } };
    },
  },
  {
    code: 'forwarded-host',
    part: 'url',
    *rewrites({ url }, evidence) {
      for (const name of ['x-forwarded-host', 'x-original-host', 'x-forwarded-server']) {
        for (const authority of headerList(evidence, name)) {
          yield* atAuthority(url, authority, `it stands in ${name}`);
        }
      }
      for (const element of headerList(evidence, 'forwarded').flatMap((value) => value.split(';'))) {
        const authority = /^\s*host\s*=\s*"?([^"]+)"?\s*$/i.exec(element)?.[1];
        if (authority) yield* atAuthority(url, authority, 'it stands in Forwarded');
      }
    },
  },
  {
    code: 'host-header',
    part: 'url',
    *rewrites({ url }, evidence) {
      for (const name of ['host', ':authority']) {
        for (const authority of evidence.headers.get(name) ?? []) {
          yield* atAuthority(url, authority, 'it stands in Host');
        }
      }
    },
  },
  {
    code: 'host-configured',
    part: 'url',
    *rewrites({ url }, { knownUrls }) {
      for (const { host, port } of knownUrls) {
        yield* atAuthority(url, host + port, 'a configured webhook has it');
      }
    },
  },
  {
    code: 'host-case',
    part: 'url',
    *rewrites({ url }, evidence) {
      const { host } = url;
      const spellings = [
        host.toLowerCase(),
        ...[...(evidence.headers.get('host') ?? []), ...evidence.knownUrls.map((known) => known.host)].filter(
          (other) => other.toLowerCase() === host.toLowerCase(),
        ),
      ];
      for (const spelling of new Set(spellings)) if (spelling !== host) yield atHost(url, spelling);
    },
  },
  {
    code: 'host-punycode',
    part: 'url',
    *rewrites({ url }) {
      for (const convert of [domainToASCII, domainToUnicode]) {
        const host = convert(url.host);
        if (host !== '' && host.toLowerCase() !== url.host.toLowerCase()) yield atHost(url, host);
      }
    },
  },
  {
    code: 'host-www',
    part: 'url',
    *rewrites({ url }) {
      if (/^www\./i.test(url.host)) yield atHost(url, url.host.slice(4));
      else if (/[a-z]/i.test(url.host)) yield atHost(url, `www.${url.host}`);
      if (url.host.endsWith('.')) yield atHost(url, url.host.slice(0, -1));
    },
  },
  {
    code: 'url-port',
    part: 'url',
    *rewrites({ url }, evidence) {
      const ports = new Set([
        ...headerList(evidence, 'x-forwarded-port'),
        ...[...headerList(evidence, 'host'), ...headerList(evidence, 'x-forwarded-host')].flatMap(portIn),
        ...evidence.knownUrls.map(({ port }) => port.slice(1)),
        '443',
        '80',
        '8443',
        '8080',
        '3000',
      ]);
      if (url.port !== '') yield { url: { ...url, port: '' } };
      for (const port of ports) {
        if (/^\d{1,5}$/.test(port) && url.port !== `:${port}`) yield { url: { ...url, port: `:${port}` } };
      }
    },
  },
];

/** The checked URL at another host; with its port, with its own port kept, and without any. */
function* atAuthority(url: UrlView, authority: string, because: string): Generator<Rewrite> {
  const match = /^(\[[^\]\s]*\]|[^\s:/?#@\\[\]]+)(:\d*)?$/.exec(authority);
  const [, host = '', port = ''] = match ?? [];
  if (host === '' || host === url.host) return;
  yield { url: { ...url, host, port }, because };
  if (url.port !== '' && port !== url.port) yield { url: { ...url, host, port: '' }, because };
}

function atHost(url: UrlView, host: string): Pick<View, 'url'> {
  return { url: { ...url, host } };
}

function portIn(authority: string): string[] {
  const port = /:(\d+)$/.exec(authority)?.[1];
  return port === undefined ? [] : [port];
}
