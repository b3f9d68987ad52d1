import { encode } from 'uqr';
import { eventTexts } from '../rating/event-texts';
import { posterTexts } from '../rating/poster-texts';
import type { RatingEvent, Session } from '../rating/rating-event';

/** On what a poster stands: a sheet of A4 or US Letter, or a slide of 16:9. */
export const posterViews = ['a4', 'letter', 'slide'] as const;

export type PosterView = (typeof posterViews)[number];

const viewNames: Record<PosterView, string> = { a4: 'A4', letter: 'Letter', slide: '16:9' };

/** Longer titles are set smaller, so that each fits its sheet: in widths of a Latin letter. */
const longTitle = 44;
const longestTitle = 100;

/** The page of posters, one to a sheet or slide, one for each session. Plain HTML, no script. */
export function writePoster({
  event,
  sessions,
  number,
  view,
}: {
  event: RatingEvent;
  sessions: readonly Session[];
  number: string;
  view: PosterView;
}): string {
  const sheets = sessions.map((session) => writeSheet({ event, session, number })).join('\n');
  const only = sessions.length === 1 ? sessions[0] : undefined;
  return `<!doctype html>
<html lang="${escapeHtml(event.locale ?? event.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(event.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/poster.css">
</head>
<body class="${view}">
<nav aria-label="View">${posterViews.map((one) => writeLink(one, view, only)).join(' ')}</nav>
<main>
${sheets}
</main>
</body>
</html>
`;
}

function writeLink(view: PosterView, current: PosterView, only: Session | undefined): string {
  const session = only ? `&session=${encodeURIComponent(only.keyword)}` : '';
  const href = escapeHtml(`/poster?view=${view}${session}`);
  return `<a href="${href}"${view === current ? ' aria-current="true"' : ''}>${viewNames[view]}</a>`;
}

function writeSheet({
  event,
  session: { keyword, title },
  number,
}: {
  event: RatingEvent;
  session: Session;
  number: string;
}): string {
  const { texts: poster } = eventTexts(event, keyword, 'poster', posterTexts);
  const texts = Object.fromEntries(
    Object.entries(poster).map(([name, text]) => [name, escapeHtml(text)]),
  ) as typeof poster;
  // iOS and Android disagree about the first separator; both take this form.
  const link = escapeHtml(`sms:${number}?&body=${encodeURIComponent(`${keyword} `)}`);
  const name = escapeHtml(`${poster.text} ${keyword} 5 ${poster.to} ${number}`);
  const width = widthOf(title);
  const size = width > longestTitle ? ' class="longest"' : width > longTitle ? ' class="long"' : '';
  return `<section class="sheet"><div class="content">
<header><p class="event" dir="auto">${escapeHtml(event.title)}</p><h1${size} dir="auto">${escapeHtml(title)}</h1></header>
<p class="rate">${texts.rate}</p>
<figure><a href="${link}" aria-label="${name}">${writeCode(number, keyword)}</a><figcaption>${texts.scan}</figcaption></figure>
<p class="human">${texts.text} <strong class="words">${escapeHtml(keyword)} 5</strong> ${texts.to} <strong class="number">${writeNumber(number)}</strong></p>
<p class="scale">${texts.scale}</p>
<footer><p>${texts.privacy}</p><p>${texts.legal}</p></footer>
</div></section>`;
}

// Characters of Chinese, Japanese and Korean, and emoji, are about as wide as two letters.
function widthOf(text: string): number {
  const wide = text.match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}！-～]/gu,
  );
  return [...text].length + (wide?.length ?? 0);
}

/**
 * A QR code, as SVG, that opens the texting app with the keyword already written. `SMSTO:` does so on more phones than the
 * `sms:` of links.
 */
export function writeCode(number: string, keyword: string): string {
  const { data, size } = encode(`SMSTO:${number}:${keyword} `, { ecc: 'M', border: 4 });
  // A bar for each run of dark modules: a third of the size of a square for each module.
  const bars = data.flatMap((row, y) =>
    [
      ...row
        .map((dark) => (dark ? '#' : ' '))
        .join('')
        .matchAll(/#+/g),
    ].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-hidden="true" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${bars.join('')}"/></svg>`;
}

/** Numbers of North America are read in groups there; others stay as they are dialled. */
export function writeNumber(number: string): string {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3');
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}
