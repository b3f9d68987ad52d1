// Everything to take away, and everything to delete.
import { ask, make, say, writeTime } from '/organiser-api.js';

export function startData(act) {
  for (const button of document.querySelectorAll('button[data-export]')) {
    button.addEventListener('click', () => download(button.dataset.export));
  }

  document.getElementById('person').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { number } = event.target.elements;
    const value = number.value;
    if (event.submitter?.value === 'kept') {
      const kept = await act('kept', { number: value }, describeKept);
      drawKept(kept);
      return;
    }
    if (!confirm('Erase everything that is kept of this number? It cannot be brought back.')) return;
    const erased = await act(
      'erase',
      { number: value },
      (answer) => `erased: ${answer.erased} ratings; nothing is kept of this number now`,
    );
    if (!erased) return;
    number.value = '';
    drawKept(null);
  });

  document.getElementById('purge').addEventListener('submit', (event) => {
    event.preventDefault();
    const days = Number(event.target.elements.days.value);
    if (!confirm('Delete these ratings, comments and texts? They cannot be brought back.')) return;
    act('purge', { days }, ({ purged }) => `deleted: ${purged} ratings`);
  });
}

function describeKept({ ratings, uncounted }) {
  return `kept of this number: ${ratings.length} ratings, ${uncounted.length} texts not counted`;
}

function drawKept(kept) {
  const place = document.getElementById('kept');
  place.hidden = !kept || kept.ratings.length + kept.uncounted.length === 0;
  if (!kept) return;
  place.replaceChildren(
    ...kept.ratings.map(({ session, score, comment, commentState, at }) =>
      makeEntry(
        comment,
        `${writeTime(at)}. ${session} ${score}, counted${comment ? `, comment ${commentState}` : ''}`,
      ),
    ),
    ...kept.uncounted.map(({ text, explanation, at }) =>
      makeEntry(text || '(no words)', `${writeTime(at)}. Not counted: ${explanation}`),
    ),
  );
}

function makeEntry(text, note) {
  const item = make('li', '');
  const words = make('p', 'text');
  words.append(make('bdi', '', text ?? ''));
  item.append(...(text ? [words] : []), make('p', 'note', note));
  return item;
}

/** A long export comes in parts. */
async function download(format) {
  const parts = [];
  try {
    for (let part = '1'; part !== null; ) {
      say(parts.length === 0 ? 'exporting' : `exporting, part ${parts.length + 1}`, 'done');
      const answer = await ask(`export?format=${format}&part=${part}`);
      parts.push(await answer.arrayBuffer());
      part = answer.headers.get('X-Next-Part');
    }
  } catch (error) {
    say(error.message, 'fault');
    return;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts));
  link.download = `ratings.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
  say('exported', 'done');
}
