// One session: its figures, histogram, comments. All text is set as text, and what did not change is left alone.
const scores = [5, 4, 3, 2, 1];

/** Whoever reads or hears a page is not disturbed by what is said again. */
export function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

export function makeCard() {
  const element = document.getElementById('session').content.cloneNode(true).querySelector('.session');
  const part = (selector) => element.querySelector(selector);
  const bars = scores.map((score) => makeBar(score));
  part('.histogram').append(...bars.map(({ bar }) => bar));
  const code = part('.code');
  let codeFailed = false;
  code.addEventListener('load', () => {
    code.hidden = false;
  });
  code.addEventListener('error', () => {
    code.hidden = true;
    codeFailed = true;
    delete code.dataset.shown;
  });
  let watch = null;
  const say = (selector, text) => setText(part(selector), text);

  function draw(session, { event, texts, invitation, onWall }) {
    const { keyword, title, state, hidden, waitsFor } = session;
    element.dataset.state = state;
    element.dataset.keyword = keyword;
    say('.name', title);
    say('.state', texts.states[state] ?? state);
    part('.state').dataset.state = state;
    for (const name of ['.figures', '.histogram']) part(name).hidden = hidden;
    part('.hidden').hidden = !hidden;
    say('.hidden', waitsFor === 'organiser' ? texts.organiserOnly : texts.afterClose);
    drawFigures(session, { event, texts });
    for (const { score, draw: drawBar } of bars) drawBar(session, score, texts);
    drawHow(keyword, state, { texts, invitation, onWall });
    drawComments(session.comments, { texts, onWall });
  }

  function drawFigures({ count, average, median, interval }, { event, texts }) {
    say('.average strong', average === null ? '–' : texts.decimal(average));
    part('.average strong').classList.toggle('none', average === null);
    say('.out-of', texts.outOf);
    say('.facts', count === 0 ? texts.none : texts.facts(count, median));
    say('.sure', sayHowSure({ count, interval }, event.minimumAnswers, texts));
    part('.scale').hidden = average === null;
    if (average === null) return;
    part('.mark').style.left = place(average);
    part('.reach').hidden = !interval;
    if (!interval) return;
    part('.reach').style.left = place(interval.low);
    part('.reach').style.right = `${100 - Number.parseFloat(place(interval.high))}%`;
  }

  function drawHow(keyword, state, { texts, invitation, onWall }) {
    part('.how').hidden = state !== 'open';
    if (state !== 'open') return;
    say('.how .text', texts.text);
    say('kbd', `${keyword} 5`);
    const { number, written } = invitation;
    if (number === null) return;
    drawNumber(keyword, { texts, number, written });
    if (onWall) drawCode(keyword, texts);
  }

  function drawNumber(keyword, { texts, number, written }) {
    if (part('.to').dataset.shown === number) return;
    part('.to').dataset.shown = number;
    const link = document.createElement('a');
    // iOS and Android disagree about the first separator; both take this form.
    link.href = `sms:${number}?&body=${encodeURIComponent(`${keyword} `)}`;
    link.textContent = written;
    part('.to').replaceChildren(`${texts.to} `, link);
  }

  function drawCode(keyword, texts) {
    if (code.dataset.shown === keyword) return;
    code.dataset.shown = keyword;
    codeFailed = false;
    code.alt = texts.codeOf(keyword);
    code.src = `/poster?view=code&session=${encodeURIComponent(keyword)}`;
  }

  function drawComments(comments, { texts, onWall }) {
    const list = part('.comments');
    list.hidden = comments.length === 0;
    list.setAttribute('aria-label', texts.comments);
    keepItems(list, comments.slice(0, onWall ? 5 : undefined));
    if (onWall) return;
    letKeysScroll();
    // Its size changes with the window, too.
    watch ??= new ResizeObserver(letKeysScroll);
    watch.observe(list);
  }

  // Only what can scroll takes part in the keyboard's walk.
  function letKeysScroll() {
    const list = part('.comments');
    const tabIndex = list.scrollHeight > list.clientHeight ? 0 : -1;
    if (list.tabIndex !== tabIndex) list.tabIndex = tabIndex;
  }

  return { element, draw, lacksCode: () => codeFailed };
}

/** Puts new comments in and takes old ones out; those that stay are not touched, so that a reader keeps the place. */
function keepItems(list, comments) {
  const wanted = comments.map(({ at, text }) => `${at} ${text}`);
  for (const item of [...list.children]) {
    if (!wanted.includes(item.dataset.key)) item.remove();
  }
  for (const [index, { text }] of comments.entries()) {
    if (list.children[index]?.dataset.key === wanted[index]) continue;
    const item = document.createElement('li');
    item.dataset.key = wanted[index];
    const words = document.createElement('bdi');
    words.textContent = text;
    item.append(words);
    list.insertBefore(item, list.children[index] ?? null);
  }
}

function makeBar(score) {
  const bar = document.createElement('li');
  const [name, track, count, share] = ['score', 'track', 'count', 'share'].map((className) => {
    const part = document.createElement('span');
    part.className = className;
    bar.append(part);
    return part;
  });
  const fill = document.createElement('span');
  fill.className = 'fill';
  track.append(fill);
  name.textContent = score;
  const draw = ({ histogram, count: all }, of, texts) => {
    const votes = histogram[of];
    const most = Math.max(1, ...Object.values(histogram));
    fill.style.transform = `scaleX(${votes / most})`;
    setText(count, texts.whole(votes));
    setText(share, all === 0 ? '' : texts.percent(votes / all));
    bar.setAttribute('aria-label', texts.rated(votes, of));
  };
  return { bar, score, draw };
}

function sayHowSure({ count, interval }, minimumAnswers, texts) {
  if (interval) {
    const [low, high] = [interval.low, interval.high].map(texts.decimal);
    return low === high
      ? texts.sure(texts.fine(interval.low), texts.fine(interval.high))
      : texts.sure(low, high);
  }
  return count > 0 && count < minimumAnswers ? texts.few(count) : '';
}

/** Where a score stands on the line from 1 to 5. */
function place(score) {
  return `${((score - 1) / 4) * 100}%`;
}
