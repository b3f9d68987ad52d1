// The projector view: as many sessions as can be read from the last row, the others in turn. Nothing scrolls.
import { setText } from '/session-card.js';

const mostOnScreen = 4;
const turn = 15_000;
const idleAfter = 4000;

export function startProjector() {
  const byId = (id) => document.getElementById(id);
  let keywords = '';
  let screens = [];
  let current = 0;
  let paused = false;
  let timer = null;
  let idle = null;
  let texts = null;

  /** @param shown the sessions in their order; their cards stand in the page in the same one */
  function arrange(shown, newTexts) {
    texts = newTexts;
    const wanted = shown.map(({ keyword }) => keyword).join();
    const changed = wanted !== keywords;
    if (changed) {
      keywords = wanted;
      screens = spread(shown.length);
      current = 0;
    }
    for (const id of ['previous', 'pause', 'next']) byId(id).hidden = screens.length < 2;
    setText(byId('theme'), texts.theme);
    setText(byId('full'), texts.full);
    byId('full').hidden = !document.fullscreenEnabled;
    for (const id of ['previous', 'next']) byId(id).setAttribute('aria-label', texts[id]);
    setText(byId('pause'), paused ? texts.goOn : texts.pause);
    byId('controls').hidden = false;
    show();
    if (changed) keepTurning();
  }

  function show() {
    const { from, to } = screens[current] ?? { from: 0, to: 0 };
    const cards = [...byId('sessions').children];
    for (const [index, card] of cards.entries()) card.hidden = index < from || index >= to;
    byId('sessions').dataset.count = to - from;
    const place = byId('screens');
    place.hidden = screens.length < 2;
    const said = texts.screen(current + 1, screens.length);
    if (place.getAttribute('aria-label') === said) return;
    place.setAttribute('aria-label', said);
    place.setAttribute('role', 'img');
    place.replaceChildren(
      ...screens.map((_, index) => {
        const dot = document.createElement('span');
        if (index === current) dot.className = 'current';
        return dot;
      }),
    );
  }

  function go(step) {
    if (screens.length < 2) return;
    current = (current + step + screens.length) % screens.length;
    show();
    keepTurning();
  }

  function keepTurning() {
    clearTimeout(timer);
    if (!paused) timer = setTimeout(() => go(1), turn);
  }

  function togglePause() {
    paused = !paused;
    setText(byId('pause'), paused ? texts.goOn : texts.pause);
    keepTurning();
  }

  function toggleTheme() {
    const { dataset } = document.documentElement;
    const dark = dataset.theme
      ? dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    dataset.theme = dark ? 'light' : 'dark';
    const url = new URL(location.href);
    url.searchParams.set('theme', dataset.theme);
    history.replaceState(null, '', url);
  }

  function toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  }

  /** Controls are there while somebody is at the machine, and gone when only the hall looks. */
  function wake() {
    clearTimeout(idle);
    document.documentElement.classList.remove('idle');
    idle = setTimeout(() => document.documentElement.classList.add('idle'), idleAfter);
  }

  // The laptop on the lectern must not go dark. Browsers let go of it in a hidden tab, and may refuse.
  function stayAwake() {
    if (!document.hidden) navigator.wakeLock?.request('screen').catch(() => {});
  }

  byId('previous').addEventListener('click', () => go(-1));
  byId('next').addEventListener('click', () => go(1));
  byId('pause').addEventListener('click', togglePause);
  byId('theme').addEventListener('click', toggleTheme);
  byId('full').addEventListener('click', toggleFull);
  addEventListener('keydown', ({ key }) => {
    wake();
    if (key === 'ArrowRight' || key === 'PageDown') go(1);
    if (key === 'ArrowLeft' || key === 'PageUp') go(-1);
  });
  addEventListener('pointermove', wake, { passive: true });
  document.addEventListener('visibilitychange', stayAwake);
  stayAwake();
  wake();
  return { arrange };
}

/** Shares sessions out so that no screen has many more than another: 5 are 3 and 2, not 4 and 1. */
function spread(count) {
  const number = Math.ceil(count / mostOnScreen);
  return Array.from({ length: number }, (_, index) => ({
    from: Math.ceil((index * count) / number),
    to: Math.ceil(((index + 1) * count) / number),
  }));
}
