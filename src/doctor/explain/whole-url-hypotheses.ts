import { type Hypothesis, headerList } from './hypothesis';
import { urlText, viewUrl } from './signed-view';

/** What changes more than one piece of the URL at once, and the pieces that are never sent. */
export const wholeUrlHypotheses: readonly Hypothesis[] = [
  {
    // A Fetch `Request` has only the URL that its own rules made of the received one.
    code: 'url-normalised',
    part: 'url',
    *rewrites({ url }) {
      const text = urlText(url);
      const web = parseUrl(text);
      if (web && web.href !== text) yield* at(web.href);
      const hidden = text.replace(/\\/g, '/');
      if (hidden !== text) yield* at(hidden);
    },
  },
  {
    code: 'url-configured',
    part: 'url',
    *rewrites({ url }, { knownUrls }) {
      for (const known of knownUrls) {
        if (urlText(known) === urlText(url)) continue;
        yield { url: known };
        if (known.query === null && url.query !== null) yield { url: { ...known, query: url.query } };
        yield { url: { ...known, path: known.path.replace(/\/$/, '') + url.path, query: url.query } };
      }
    },
  },
  {
    code: 'fragment-signed',
    part: 'url',
    *rewrites({ url }, { fragment }) {
      if (fragment !== '' && url.fragment === '') yield { url: { ...url, fragment } };
    },
  },
  {
    code: 'userinfo-signed',
    part: 'url',
    *rewrites({ url }, evidence) {
      if (url.userinfo !== '') return;
      if (evidence.userinfo !== '') yield { url: { ...url, userinfo: evidence.userinfo } };
      for (const value of headerList(evidence, 'authorization')) {
        const basic = /^basic\s+([A-Za-z0-9+/]+={0,2})$/i.exec(value)?.[1];
        if (basic === undefined) continue;
        const userinfo = Buffer.from(basic, 'base64').toString('utf8');
        yield { url: { ...url, userinfo: `${userinfo}@` } };
        yield {
          url: {
            ...url,
            userinfo: `${userinfo.toWellFormed().split(':').map(encodeURIComponent).join(':')}@`,
          },
        };
      }
    },
  },
];

function* at(text: string) {
  const url = viewUrl(text);
  if (url) yield { url };
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
