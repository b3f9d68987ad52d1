// Sessions: how they stand, and the buttons that open, pause, close and schedule them.
import { make, say, setText } from '/organiser-api.js';

const names = { open: 'open', scheduled: 'not open yet', paused: 'paused', closed: 'closed' };
const cards = new Map();

export function drawSessions(sessions, act) {
  for (const [keyword, card] of cards) {
    if (sessions.some((session) => session.keyword === keyword)) continue;
    card.remove();
    cards.delete(keyword);
  }
  for (const session of sessions) {
    const known = cards.get(session.keyword);
    const card = known ?? makeCard(session.keyword, act);
    if (!known) document.getElementById('sessions').append(card);
    cards.set(session.keyword, card);
    drawSession(card, session);
  }
}

function makeCard(keyword, act) {
  const card = document.getElementById('session').content.cloneNode(true).querySelector('.session');
  card.querySelector('.choice').setAttribute('aria-label', `State of ${keyword}`);
  for (const button of card.querySelectorAll('button[data-state]')) {
    const { state } = button.dataset;
    const done = () => (state === 'auto' ? `${keyword} goes by its times` : `${keyword} is ${state}`);
    button.addEventListener('click', () => act('sessions', { keyword, state }, done));
  }
  card.querySelector('.times').addEventListener('submit', (event) => {
    event.preventDefault();
    saveTimes(event.target, keyword, act);
  });
  card.querySelector('.visibility').setAttribute('aria-label', `Results of ${keyword}`);
  for (const button of card.querySelectorAll('button[data-results]')) {
    const done = () => `results of ${keyword}: ${button.textContent.toLowerCase()}`;
    button.addEventListener('click', () =>
      act('sessions', { keyword, results: button.dataset.results }, done),
    );
  }
  return card;
}

/** Sends what was typed only: a time that nobody touched may be one that its field cannot tell from another, an hour later. */
function saveTimes(form, keyword, act) {
  const typed = timesOf(form)
    .filter(isTyped)
    .map((field) => ({ field, value: field.value }));
  if (typed.length === 0) {
    say(`times of ${keyword} are saved already`, 'done');
    return;
  }
  const times = typed.map(({ field, value }) => [field.name, toZoned(value)]);
  act('sessions', { keyword, ...Object.fromEntries(times) }, () => {
    for (const { field, value } of typed) field.dataset.saved = value;
    return `times of ${keyword} saved`;
  });
}

function timesOf(form) {
  return [form.elements.opensAt, form.elements.closesAt];
}

function isTyped(field) {
  return field.value !== (field.dataset.saved ?? '') || field.validity.badInput;
}

function drawSession(card, session) {
  const { keyword, title, state, held, opensAt, closesAt, results } = session;
  drawName(card.querySelector('.name'), keyword, title);
  setText(card.querySelector('.state'), names[state] ?? state);
  card.querySelector('.state').dataset.state = state;
  setText(card.querySelector('.figures'), describe(session));
  for (const button of card.querySelectorAll('button[data-state]')) {
    button.setAttribute('aria-pressed', String(button.dataset.state === (held ?? 'auto')));
  }
  for (const button of card.querySelectorAll('button[data-results]')) {
    button.setAttribute('aria-pressed', String(button.dataset.results === (results ?? 'auto')));
  }
  const form = card.querySelector('.times');
  // What somebody types, and has not saved, is not taken away.
  if (form.contains(document.activeElement) || timesOf(form).some(isTyped)) return;
  drawTime(form.elements.opensAt, opensAt);
  drawTime(form.elements.closesAt, closesAt);
}

function drawTime(field, time) {
  field.value = toLocal(time);
  field.dataset.saved = field.value;
}

function drawName(place, keyword, title) {
  if (place.dataset.shown === keyword + title) return;
  place.dataset.shown = keyword + title;
  const name = make('bdi', '', title);
  place.replaceChildren(make('code', '', keyword), ' ', name);
}

function describe({ count, average, median, histogram, opensAt, closesAt }) {
  const rated =
    average === null
      ? 'no ratings'
      : `${count.toLocaleString()} ${count === 1 ? 'rating' : 'ratings'}, average ${average.toFixed(2)}, median ${median}. ` +
        `${[5, 4, 3, 2, 1].map((score) => `${score}: ${histogram[score].toLocaleString()}`).join(', ')}`;
  const time = (at) => new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
  const times = [
    opensAt === null ? '' : `Opens ${time(opensAt)}.`,
    closesAt === null ? '' : `Closes ${time(closesAt)}.`,
  ];
  return [`${rated}.`, ...times].join(' ').trim();
}

/** Milliseconds as a date input has them, in this machine's zone. */
function toLocal(time) {
  if (time === null) return '';
  const shifted = time - new Date(time).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

function toZoned(value) {
  return value === '' ? null : new Date(value).toISOString();
}
