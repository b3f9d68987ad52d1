// Draws /results and keeps it up to date. What was shown stays when the network drops. All text is set as text.
const pollTime = 2000;
const retryTime = 5000;
const stateNames = { open: 'open', scheduled: 'not open yet', paused: 'paused', closed: 'closed' };

const list = document.getElementById('sessions');
const template = document.getElementById('session');
const status = document.getElementById('status');
const cards = new Map();

async function refresh() {
  let wait = pollTime;
  try {
    const answer = await fetch('/results', { cache: 'no-store', signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    draw(await answer.json());
    setStatus('live', false);
  } catch {
    setStatus(cards.size > 0 ? 'connection lost, trying again' : 'no results yet, trying again', true);
    wait = retryTime;
  }
  setTimeout(refresh, wait);
}

function setStatus(text, lost) {
  // Set only when it changes: a screen reader reads each change.
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle('lost', lost);
}

function draw({ event, sessions }) {
  document.getElementById('title').textContent = event.title;
  document.title = `${event.title}: live results`;
  const keywords = new Set(sessions.map(({ keyword }) => keyword));
  for (const [keyword, card] of cards) {
    if (!keywords.has(keyword)) {
      card.remove();
      cards.delete(keyword);
    }
  }
  for (const session of sessions) drawSession(cardOf(session.keyword), session, event.minimumAnswers);
}

function cardOf(keyword) {
  const known = cards.get(keyword);
  if (known) return known;
  const card = template.content.cloneNode(true).querySelector('.session');
  const histogram = card.querySelector('.histogram');
  for (const score of [5, 4, 3, 2, 1]) histogram.append(barOf(score));
  list.append(card);
  cards.set(keyword, card);
  return card;
}

function barOf(score) {
  const bar = document.createElement('li');
  bar.dataset.score = score;
  for (const [name, text] of [
    ['score', score],
    ['track', ''],
    ['count', ''],
  ]) {
    const part = document.createElement('span');
    part.className = name;
    part.textContent = text;
    bar.append(part);
  }
  const fill = document.createElement('div');
  fill.className = 'fill';
  bar.querySelector('.track').append(fill);
  return bar;
}

function drawSession(card, session, minimumAnswers) {
  const { keyword, title, state, count, average, median, interval, hidden, histogram, comments } = session;
  card.querySelector('.name').textContent = title;
  const stateLine = card.querySelector('.state');
  stateLine.textContent = stateNames[state] ?? state;
  stateLine.dataset.state = state;
  card.querySelector('.average strong').textContent = average === null ? '–' : average.toFixed(1);
  card.querySelector('.facts').textContent =
    count === 0 ? 'no ratings yet' : `${count} ${count === 1 ? 'rating' : 'ratings'}, median ${median}`;
  card.querySelector('.sure').textContent = interval
    ? `the average of everybody is between ${interval.low.toFixed(1)} and ${interval.high.toFixed(1)}, 19 times in 20`
    : count > 0 && count < minimumAnswers
      ? `only ${count} ${count === 1 ? 'answer' : 'answers'} yet`
      : '';
  for (const part of card.querySelectorAll('.figures, .histogram')) part.hidden = hidden;
  card.querySelector('.hidden').hidden = !hidden;
  const most = Math.max(1, ...Object.values(histogram));
  for (const bar of card.querySelectorAll('.histogram li')) {
    const votes = histogram[bar.dataset.score];
    bar.querySelector('.fill').style.transform = `scaleX(${votes / most})`;
    bar.querySelector('.count').textContent = votes;
    bar.setAttribute('aria-label', `${votes} rated ${bar.dataset.score}`);
  }
  card.querySelector('kbd').textContent = `${keyword} 5`;
  card.querySelector('.how').hidden = state !== 'open';
  drawComments(card.querySelector('.comments'), comments);
}

function drawComments(place, comments) {
  const shown = JSON.stringify(comments);
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.replaceChildren(
    ...comments.map(({ text }) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
}

refresh();
