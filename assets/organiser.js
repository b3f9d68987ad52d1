// The organiser's page: shows /organiser/overview, and changes things with JSON. All text is set as text.
const pollTime = 3000;
const status = document.getElementById('status');
const cards = new Map();
let timer;

async function ask(path, change) {
  const answer = await fetch(`/organiser/${path}`, {
    cache: 'no-store',
    signal: AbortSignal.timeout(9500),
    ...(change && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(change),
    }),
  });
  if (!answer.ok) throw new Error((await answer.text()) || `answered ${answer.status}`);
  return answer;
}

async function refresh() {
  clearTimeout(timer);
  try {
    const [overview, timeline] = await Promise.all(
      ['overview', 'timeline'].map(async (path) => (await ask(path)).json()),
    );
    draw(overview);
    drawTimeline(timeline);
    say('live', false);
  } catch (error) {
    say(`no answer, trying again: ${error.message}`, true);
  }
  timer = setTimeout(refresh, pollTime);
}

/** Does what somebody asked for, says how it went, and shows what it changed. */
async function act(path, change, done) {
  clearTimeout(timer);
  try {
    const answer = await (await ask(path, change)).json();
    await refresh();
    if (done) say(done(answer), false);
  } catch (error) {
    say(error.message, true);
    timer = setTimeout(refresh, pollTime);
  }
}

function say(text, lost) {
  // Set only when it changes: a screen reader reads each change.
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle('lost', lost);
}

function draw({ event, sessions, comments, uncounted }) {
  document.getElementById('title').textContent = event.title;
  document.title = `${event.title}: organiser`;
  for (const session of sessions) drawSession(cardOf(session.keyword), session);
  drawList('comments', comments, drawComment);
  drawList('uncounted', uncounted, drawUncounted);
}

function cardOf(keyword) {
  const known = cards.get(keyword);
  if (known) return known;
  const card = document.getElementById('session').content.cloneNode(true).querySelector('.session');
  for (const button of card.querySelectorAll('button[data-state]')) {
    button.addEventListener('click', () => act('sessions', { keyword, state: button.dataset.state }));
  }
  card.querySelector('.times').addEventListener('submit', (event) => {
    event.preventDefault();
    const { opensAt, closesAt } = event.target.elements;
    const change = { keyword, opensAt: toZoned(opensAt.value), closesAt: toZoned(closesAt.value) };
    act('sessions', change, () => 'times saved');
  });
  document.getElementById('sessions').append(card);
  cards.set(keyword, card);
  return card;
}

function drawSession(card, { keyword, title, state, held, count, average, opensAt, closesAt }) {
  card.querySelector('.name').textContent = `${keyword}: ${title}`;
  const rated = average === null ? 'no ratings' : `${average.toFixed(2)} of ${count}`;
  card.querySelector('.figures').textContent = `${state}, ${rated}`;
  for (const button of card.querySelectorAll('button[data-state]')) {
    button.setAttribute('aria-pressed', String(button.dataset.state === (held ?? 'auto')));
  }
  const form = card.querySelector('.times');
  // What somebody is typing is not taken away.
  if (form.contains(document.activeElement)) return;
  form.elements.opensAt.value = toLocal(opensAt);
  form.elements.closesAt.value = toLocal(closesAt);
}

/** Draws a list again only when it changed: a button that has the focus stays. */
function drawList(id, entries, drawEntry) {
  const place = document.getElementById(id);
  const shown = JSON.stringify(entries);
  document.getElementById(`no-${id}`).hidden = entries.length > 0;
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.replaceChildren(...entries.map(drawEntry));
}

function drawComment({ id, session, score, text, state }) {
  const item = document.createElement('li');
  item.append(line('text', text), line('note', `${session} ${score}, ${state}`));
  const buttons = line('buttons', '');
  for (const [name, wanted] of [
    ['Show', 'approved'],
    ['Hide', 'hidden'],
  ]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.setAttribute('aria-pressed', String(state === wanted));
    button.addEventListener('click', () => act('comments', { id, state: wanted }));
    buttons.append(button);
  }
  item.append(buttons);
  return item;
}

function drawUncounted({ text, explanation, at }) {
  const item = document.createElement('li');
  const time = new Date(at).toLocaleTimeString();
  item.append(line('text', text || '(no words)'), line('note', `${time}. ${explanation}`));
  return item;
}

function line(name, text) {
  const part = document.createElement('p');
  part.className = name;
  part.textContent = text;
  return part;
}

function drawTimeline(timeline) {
  const place = document.getElementById('timeline');
  const shown = JSON.stringify(timeline);
  document.getElementById('timeline-note').hidden = timeline !== null;
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.replaceChildren(...(timeline?.bars ?? []).map((bars) => drawBars(bars, timeline)));
}

function drawBars({ session, counts }, { from, step }) {
  const box = document.createElement('div');
  box.className = 'timeline';
  const most = Math.max(...counts);
  const width = 100 / Math.max(counts.length, 12);
  const chart = svg('svg', {
    class: 'chart',
    viewBox: '0 0 100 20',
    preserveAspectRatio: 'none',
    role: 'img',
  });
  const begin = new Date(from).toLocaleString();
  chart.setAttribute('aria-label', `${session}: at most ${most} in ${step / 60_000} minutes, from ${begin}`);
  for (const [index, count] of counts.entries()) {
    const height = (20 * count) / most;
    chart.append(svg('rect', { x: index * width, y: 20 - height, width: width * 0.85, height }));
  }
  box.append(
    line('note', `${session}, from ${begin}, a bar for ${step / 60_000} min, at most ${most}`),
    chart,
  );
  return box;
}

function svg(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
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

/** A long export comes in parts. */
async function download(format) {
  say('exporting', false);
  const parts = [];
  try {
    for (let part = '1'; part !== null; ) {
      const answer = await ask(`export?format=${format}&part=${part}`);
      parts.push(await answer.arrayBuffer());
      part = answer.headers.get('X-Next-Part');
    }
  } catch (error) {
    return say(error.message, true);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts));
  link.download = `ratings.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
  say('exported', false);
}

for (const button of document.querySelectorAll('button[data-export]')) {
  button.addEventListener('click', () => download(button.dataset.export));
}

document.getElementById('erase').addEventListener('submit', (event) => {
  event.preventDefault();
  const { number } = event.target.elements;
  if (!confirm('Erase everything that is kept of this number? It cannot be brought back.')) return;
  act('erase', { number: number.value }, ({ erased }) => `erased: ${erased} ratings`);
  number.value = '';
});

document.getElementById('purge').addEventListener('submit', (event) => {
  event.preventDefault();
  const days = Number(event.target.elements.days.value);
  if (!confirm('Delete these ratings, comments and texts? They cannot be brought back.')) return;
  act('purge', { days }, ({ purged }) => `deleted: ${purged} ratings`);
});

refresh();
