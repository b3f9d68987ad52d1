import { renderSVG } from 'uqr';
import { eventTexts } from '../rating/event-texts';
import type { RatingEvent, Session } from '../rating/rating-event';

/** The page of posters (A4, one to a sheet) or slides (16:9), one for each session. Plain HTML, no script. */
export function writePoster({
  event,
  sessions,
  number,
  slide,
}: {
  event: RatingEvent;
  sessions: readonly Session[];
  number: string;
  slide: boolean;
}): string {
  const sheets = sessions.map((session) => writeSheet({ event, session, number })).join('\n');
  return `<!doctype html>
<html lang="${escapeHtml(event.locale ?? event.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(event.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/poster.css">
</head>
<body class="${slide ? 'slide' : 'paper'}">
<nav aria-label="View"><a href="/poster">A4</a> <a href="/poster?view=slide">16:9</a></nav>
<main>
${sheets}
</main>
</body>
</html>
`;
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
  const { poster: texts } = eventTexts(event, keyword);
  // iOS and Android disagree about the first separator; both take this form.
  const link = `sms:${number}?&body=${encodeURIComponent(`${keyword} `)}`;
  return `<section class="sheet">
<header><p class="event">${escapeHtml(event.title)}</p><h1>${escapeHtml(title)}</h1></header>
<p class="rate">${escapeHtml(texts.rate)}</p>
<figure><a href="${escapeHtml(link)}" aria-label="${escapeHtml(`${texts.text} ${keyword} 5 ${texts.to} ${number}`)}">${writeCode(number, keyword)}</a><figcaption>${escapeHtml(texts.scan)}</figcaption></figure>
<p class="human">${escapeHtml(texts.text)} <strong>${escapeHtml(keyword)} 5</strong> ${escapeHtml(texts.to)} <strong class="number">${writeNumber(number)}</strong></p>
<p class="scale">${escapeHtml(texts.scale)}</p>
<footer><p>${escapeHtml(texts.privacy)}</p><p>${escapeHtml(texts.legal)}</p></footer>
</section>`;
}

/**
 * A QR code, as SVG, that opens the texting app with the keyword already written. `SMSTO:` does so on more phones than the
 * `sms:` of links.
 */
export function writeCode(number: string, keyword: string): string {
  const svg = renderSVG(`SMSTO:${number}:${keyword} `, { ecc: 'M', border: 4 });
  return svg.replace('<svg ', '<svg role="img" aria-hidden="true" shape-rendering="crispEdges" ');
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
