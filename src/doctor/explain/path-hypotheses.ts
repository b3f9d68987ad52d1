import { type Hypothesis, headerList } from './hypothesis';
import { decodePercent, type UrlView } from './signed-view';

/** Prefixes that gateways strip: stages of AWS API Gateway, mounts of reverse proxies and of frameworks. */
const commonPrefixes = [
  '/api',
  '/prod',
  '/dev',
  '/stage',
  '/staging',
  '/v1',
  '/default',
  '/Prod',
  '/.netlify/functions',
  '/webhooks',
  '/webhook',
  '/twilio',
  '/public',
  '/app',
];
const indexPages = ['index.php', 'index.html', 'index.js', 'index', 'default.aspx'];
const extensions = ['.protected', '.php', '.js', '.protected.js', '.html', '.json', '.aspx', '.xml'];

/** The path: what servers strip, add and tidy up. */
export const pathHypotheses: readonly Hypothesis[] = [
  {
    code: 'trailing-slash',
    part: 'url',
    *rewrites({ url }) {
      if (url.path === '' || url.path === '/') return;
      yield atPath(url, url.path.endsWith('/') ? url.path.slice(0, -1) : `${url.path}/`);
    },
  },
  {
    // `https://host` and `https://host/` are two texts, and Fetch knows only the second.
    code: 'root-slash',
    part: 'url',
    *rewrites({ url }) {
      if (url.path === '') yield atPath(url, '/');
      if (url.path === '/') yield atPath(url, '');
    },
  },
  {
    code: 'path-prefix',
    part: 'url',
    *rewrites({ url }, evidence) {
      const told = [
        'x-forwarded-prefix',
        'x-script-name',
        'x-forwarded-path',
        'x-original-uri',
        'x-original-url',
        'x-envoy-original-path',
        'x-rewrite-url',
      ].flatMap((name) => headerList(evidence, name).map((value) => ({ name, value })));
      for (const { name, value } of told) {
        const path = value.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*/s, '');
        const because = `it stands in ${name}`;
        if (path.endsWith(url.path) && path !== url.path) yield { ...atPath(url, path), because };
        else if (path.startsWith('/')) yield { ...atPath(url, path.replace(/\/+$/, '') + url.path), because };
      }
      for (const known of evidence.knownUrls) {
        if (known.path !== url.path && (known.path.endsWith(url.path) || url.path.endsWith(known.path)))
          yield { ...atPath(url, known.path), because: 'a configured webhook has it' };
      }
      const segments = url.path.split('/').slice(1);
      for (let count = 1; count < Math.min(segments.length, 5); count++)
        yield atPath(url, `/${segments.slice(count).join('/')}`);
      for (const prefix of commonPrefixes) yield atPath(url, prefix + url.path);
    },
  },
  {
    code: 'path-configured',
    part: 'url',
    *rewrites({ url }, { knownUrls }) {
      for (const { path } of knownUrls) {
        if (path !== url.path) yield { ...atPath(url, path), because: 'a configured webhook has it' };
      }
    },
  },
  {
    code: 'index-page',
    part: 'url',
    *rewrites({ url }) {
      const without = url.path.replace(/\/(?:index|default)(?:\.[a-z]+)?$/i, '/');
      if (without !== url.path) {
        yield atPath(url, without);
        yield atPath(url, without.slice(0, -1));
      } else {
        const folder = url.path.endsWith('/') ? url.path : `${url.path}/`;
        for (const page of indexPages) yield atPath(url, folder + page);
        // A front controller in the middle: /index.php/sms.
        yield atPath(url, `/index.php${url.path}`);
      }
    },
  },
  {
    code: 'path-extension',
    part: 'url',
    *rewrites({ url }) {
      const file = /[^/]+$/.exec(url.path)?.[0];
      if (!file) return;
      const short = url.path.replace(
        /(?<=[^/])(?:\.(?:protected|private|php|js|html?|json|aspx|xml))+$/i,
        '',
      );
      if (short !== url.path) yield atPath(url, short);
      for (const extension of extensions) {
        if (short + extension !== url.path) yield atPath(url, short + extension);
      }
    },
  },
  {
    code: 'double-slash',
    part: 'url',
    *rewrites({ url }) {
      const single = url.path.replace(/\/{2,}/g, '/');
      if (single !== url.path) yield atPath(url, single);
      for (const [at] of [...url.path.matchAll(/(?<!\/)\/(?!\/)/g)].map(({ index }) => [index]).slice(0, 6)) {
        yield atPath(url, `${url.path.slice(0, at)}/${url.path.slice(at)}`);
      }
    },
  },
  {
    code: 'path-case',
    part: 'url',
    *rewrites({ url }, { knownUrls }) {
      const lower = url.path.toLowerCase();
      if (lower !== url.path) yield atPath(url, lower);
      for (const { path } of knownUrls) {
        if (path !== url.path && path.toLowerCase() === lower) yield atPath(url, path);
      }
    },
  },
  {
    code: 'path-encoding',
    part: 'url',
    *rewrites({ url }) {
      const decoded = decodePercent(url.path);
      const spellings = [
        decoded,
        encodeURI(decoded.toWellFormed()),
        decoded
          .split('/')
          .map((part) => encodeURIComponent(part.toWellFormed()))
          .join('/'),
        url.path.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase()),
        url.path.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toLowerCase()),
        url.path.replace(/%2f/gi, '/'),
        url.path.replace(/%20/g, '+'),
        url.path.replace(/\+/g, '%20'),
      ];
      for (const path of new Set(spellings)) {
        // A decoded question mark would begin a query.
        if (path !== url.path && !/[?#]/.test(path)) yield atPath(url, path);
      }
      if (/%3f/i.test(url.path) && url.query === null) {
        const [path = '', query = ''] = url.path.split(/%3f(.*)/is);
        yield { url: { ...url, path, query } };
      }
    },
  },
];

function atPath(url: UrlView, path: string): { url: UrlView } {
  return { url: { ...url, path } };
}
