// What people texted: comments to decide about, and texts that were not counted.
import { make, setText, writeTime } from '/organiser-api.js';

const states = { held: 'waiting', approved: 'shown', hidden: 'hidden' };
const list = document.getElementById('comments');
const filters = [...document.querySelectorAll('[data-filter]')];

let filter = 'held';
let comments = [];
let cut = [];
let act = null;

/** @param given `cut`: states of which there are more comments than these */
export function drawComments(newComments, given) {
  comments = newComments;
  ({ cut, act } = given);
  draw();
}

export function drawUncounted(texts) {
  const place = document.getElementById('uncounted');
  const wanted = JSON.stringify(texts);
  document.getElementById('no-uncounted').hidden = texts.length > 0;
  if (place.dataset.shown === wanted) return;
  place.dataset.shown = wanted;
  place.replaceChildren(
    ...texts.map(({ text, explanation, at }) => {
      const item = make('li', '');
      item.append(makeText(text || '(no words)'), make('p', 'note', `${writeTime(at)}. ${explanation}`));
      return item;
    }),
  );
  // Nothing in it takes the focus, so what scrolls must.
  place.tabIndex = place.scrollHeight > place.clientHeight ? 0 : -1;
}

function draw() {
  for (const button of filters) {
    const { filter: state } = button.dataset;
    const more = cut.includes(state) ? '+' : '';
    const count = `${comments.filter((one) => one.state === state).length}${more}`;
    button.setAttribute('aria-pressed', String(state === filter));
    setText(button, `${{ held: 'Waiting', approved: 'Shown', hidden: 'Hidden' }[state]} (${count})`);
  }
  const wanted = comments.filter(({ state }) => state === filter);
  const none = document.getElementById('no-comments');
  none.hidden = wanted.length > 0;
  setText(none, filter === 'held' ? 'Nothing waits for you.' : 'None.');
  const place = findFocus();
  keepItems(wanted);
  restoreFocus(place);
}

/** Items that stay are not touched: whoever is on a button stays on it. */
function keepItems(wanted) {
  const keys = wanted.map(({ id, state, text }) => `${id} ${state} ${text}`);
  for (const item of [...list.children]) {
    if (!keys.includes(item.dataset.key)) item.remove();
  }
  for (const [index, comment] of wanted.entries()) {
    if (list.children[index]?.dataset.key === keys[index]) continue;
    const item = makeItem(comment);
    item.dataset.key = keys[index];
    list.insertBefore(item, list.children[index] ?? null);
  }
}

function findFocus() {
  const index = [...list.children].findIndex((item) => item.contains(document.activeElement));
  return index < 0 ? null : { index, wanted: document.activeElement.dataset.wanted };
}

/** Who decided about one comment goes on with the next, on the same button. */
function restoreFocus(place) {
  if (!place || list.contains(document.activeElement)) return;
  const item = list.children[Math.min(place.index, list.children.length - 1)];
  const button = item?.querySelector(`[data-wanted="${place.wanted}"]`) ?? item?.querySelector('button');
  (button ?? document.getElementById('no-comments')).focus();
}

function makeItem({ id, session, score, text, state, at }) {
  const item = make('li', '');
  const words = makeText(text);
  words.id = `comment-${id}`;
  const buttons = make('p', 'buttons');
  for (const [name, wanted, said] of [
    ['Show', 'approved', 'shown'],
    ['Hide', 'hidden', 'hidden'],
  ]) {
    if (state === wanted) continue;
    const button = make('button', '', name);
    button.type = 'button';
    button.dataset.wanted = wanted;
    button.setAttribute('aria-describedby', words.id);
    button.addEventListener('click', () => act('comments', { id, state: wanted }, () => `comment ${said}`));
    buttons.append(button);
  }
  item.append(words, make('p', 'note', `${session} ${score}, ${writeTime(at)}, ${states[state]}`), buttons);
  return item;
}

function makeText(text) {
  const paragraph = make('p', 'text');
  paragraph.append(make('bdi', '', text));
  return paragraph;
}

for (const button of filters) {
  button.addEventListener('click', () => {
    filter = button.dataset.filter;
    draw();
  });
}
