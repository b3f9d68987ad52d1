import { call, make } from './api.js';

const place = document.querySelector('#result-list');

let asked = false;
let timer = null;

export function startResults() {
  refreshResults();
}

/** Reads the results again, at most twice a second however many votes arrive. */
export function refreshResults() {
  asked = true;
  if (timer !== null) return;
  timer = setTimeout(async () => {
    asked = false;
    await show();
    timer = null;
    if (asked) refreshResults();
  }, 500);
}

async function show() {
  try {
    const { event, sessions } = await call('GET', '/api/results');
    place.replaceChildren(make('p', { className: 'hint' }, event.title), ...sessions.map(describe));
  } catch (error) {
    place.replaceChildren(make('p', { className: 'hint' }, error.message));
  }
}

function describe({ keyword, title, state, count, average, histogram }) {
  const bars = make('dl', {});
  for (const score of ['5', '4', '3', '2', '1']) {
    const n = histogram[score] ?? 0;
    const bar = make('meter', { min: 0, max: Math.max(1, count), value: n, 'aria-label': `Score ${score}` });
    bars.append(make('dt', {}, score), make('dd', {}, bar), make('dd', {}, String(n)));
  }
  const summary = count === 0 ? 'no ratings yet' : `${average.toFixed(2)} from ${count}`;
  return make(
    'div',
    { className: 'session' },
    make('h3', {}, `${keyword}: ${title}`),
    make('p', {}, `${state}, ${summary}`),
    bars,
  );
}
