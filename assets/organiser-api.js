// How the organiser's page asks and changes things, and says how that went.
const status = document.getElementById('status');
/** How long it stands there what was done. */
const doneTime = 8000;
let doneAt = 0;

/**
 * @param change sent as JSON; nothing: a read
 * @throws Error saying what the service answered
 */
export async function ask(path, change) {
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

/** @param kind `done` or `fault` */
export function say(text, kind) {
  setText(status, text);
  status.dataset.kind = kind;
  doneAt = kind === 'done' ? Date.now() : 0;
}

export function sayLive() {
  if (Date.now() - doneAt < doneTime) return;
  setText(status, 'live');
  status.dataset.kind = 'live';
}

export function setText(element, text) {
  // A screen reader reads each change.
  if (element.textContent !== text) element.textContent = text;
}

export function make(tag, className, text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** A time of today as a time, any other with its day. */
export function writeTime(at) {
  const time = new Date(at);
  const today = time.toDateString() === new Date().toDateString();
  return time.toLocaleString(undefined, { timeStyle: 'short', ...(!today && { dateStyle: 'short' }) });
}
