// The results page: draws what the feed brings. `?view=projector` is for a wall, `?session=KEYNOTE` picks sessions.
import { startFeed } from '/results-feed.js';
import { textsOf } from '/results-texts.js';
import { makeCard, setText } from '/session-card.js';

const byId = (id) => document.getElementById(id);
const address = new URL(location.href);
const onWall = address.searchParams.get('view') === 'projector';
const picked = address.searchParams
  .getAll('session')
  .flatMap((list) => list.split(','))
  .map((keyword) => keyword.trim().normalize('NFC').toUpperCase())
  .filter((keyword) => keyword !== '');

const cards = new Map();
let texts = textsOf('en');
let invitation = { number: null, written: null };
let invited = false;
let lastResults = null;

document.documentElement.dataset.view = onWall ? 'projector' : 'page';
const theme = address.searchParams.get('theme');
if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
const projector = onWall ? await loadProjector().catch(startAgain) : null;

/** A phone has no use for the projector's part. */
async function loadProjector() {
  const style = document.createElement('link');
  const loaded = new Promise((resolve, reject) => {
    style.onload = resolve;
    style.onerror = reject;
  });
  style.rel = 'stylesheet';
  style.href = '/projector.css';
  document.head.append(style);
  const [{ startProjector }] = await Promise.all([import('/projector.js'), loaded]);
  return startProjector();
}

/** Nobody stands at a projector to load its page again. */
function startAgain() {
  setTimeout(() => location.reload(), 5000);
  return null;
}

function draw(results) {
  lastResults = results;
  const { event, sessions } = results;
  texts = textsOf(event.language);
  document.documentElement.lang = texts.language;
  setText(byId('title'), event.title);
  const title = `${event.title}: ${texts.liveResults}`;
  if (document.title !== title) document.title = title;
  const shown = picked.length === 0 ? sessions : sessions.filter(({ keyword }) => picked.includes(keyword));
  drawCards(shown, event);
  byId('nothing').hidden = shown.length > 0;
  setText(byId('nothing'), texts.nothing(picked.join(', ')));
  drawFrame(sessions, shown);
  projector?.arrange(shown, texts);
}

function drawCards(sessions, event) {
  for (const [keyword, card] of cards) {
    if (sessions.some((session) => session.keyword === keyword)) continue;
    card.element.remove();
    cards.delete(keyword);
  }
  const list = byId('sessions');
  for (const [index, session] of sessions.entries()) {
    const card = cards.get(session.keyword) ?? makeCard();
    cards.set(session.keyword, card);
    if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
    card.draw(session, { event, texts, invitation, onWall });
  }
}

/** What stands around the sessions: links to other views, whom to text. */
function drawFrame(sessions, shown) {
  setText(byId('other-view'), onWall ? texts.pageView : texts.projectorView);
  byId('other-view').href = viewOf({ view: onWall ? null : 'projector' });
  setText(byId('privacy').firstElementChild, texts.privacy);
  drawInvitation(shown.filter(({ state }) => state === 'open'));
  drawPicker(sessions);
}

function drawInvitation(open) {
  const place = byId('invitation');
  const [only] = open;
  place.hidden = !only || invitation.written === null;
  if (place.hidden) return;
  const words = open.length === 1 ? `${only.keyword} 5` : null;
  drawOnce(place, [texts.language, words, invitation.written], () =>
    texts.invitation(words, invitation.written, make),
  );
}

function drawPicker(sessions) {
  const picker = byId('picker');
  picker.hidden = onWall || sessions.length < 2;
  if (picker.hidden) return;
  picker.setAttribute('aria-label', texts.sessions);
  const choices = [[null, texts.all, ''], ...sessions.map(({ keyword, title }) => [keyword, keyword, title])];
  drawOnce(picker, choices, () =>
    choices.map(([keyword, name, title]) => {
      const link = make('a', name);
      link.href = viewOf({ session: keyword });
      if (title) link.title = title;
      const current = keyword === null ? picked.length === 0 : picked.includes(keyword);
      if (current) link.setAttribute('aria-current', 'true');
      return link;
    }),
  );
}

/** Fills a place anew only when what it shows has changed. */
function drawOnce(place, content, makeParts) {
  const shown = JSON.stringify(content);
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.replaceChildren(...makeParts());
}

/** This address with some of its parameters changed; `null` takes one away. */
function viewOf(change) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.pathname + url.search;
}

function make(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** @param {{ kind: 'live' | 'lost' | 'busy', since: Date | null }} state */
function tell({ kind, since }) {
  const time = since?.toLocaleTimeString(texts.language, { hour: '2-digit', minute: '2-digit' });
  const text = kind === 'live' ? texts.live : since === null ? texts.never : texts[kind](time);
  setText(byId('status'), text);
  byId('status').dataset.kind = kind;
  if (kind === 'live') completeCards();
}

/** What a request that failed left out is asked for again while the service answers. */
function completeCards() {
  if (!invited) readInvitation();
  else if ([...cards.values()].some((card) => card.lacksCode())) draw(lastResults);
}

async function readInvitation() {
  invited = true;
  try {
    const answer = await fetch('/invitation', { signal: AbortSignal.timeout(8000) });
    invited = answer.ok;
    if (invited) invitation = await answer.json();
  } catch {
    invited = false;
  }
  if (invited && lastResults) draw(lastResults);
}

startFeed({ steady: onWall, draw, tell });
readInvitation();
