import { attempt, call, make } from './api.js';
import { showDetail } from './detail.js';

const list = document.querySelector('#request-list');
const search = document.querySelector('#search');
const filter = document.querySelector('#filter');
const empty = document.querySelector('#empty');
const detail = document.querySelector('#detail');

let requests = [];
let chosen = null;

export function startRequests() {
  search.addEventListener('input', show);
  filter.addEventListener('change', show);
  document
    .querySelector('#clear')
    .addEventListener('click', () => attempt(() => call('DELETE', '/api/requests')));
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    const next = step && document.activeElement.closest('li')?.[step];
    if (!next) return;
    event.preventDefault();
    next.firstElementChild.focus();
  });
}

export async function loadRequests() {
  requests = await call('GET', '/api/requests');
  show();
}

export function addRequest(request) {
  if (requests.some(({ id }) => id === request.id)) return;
  requests.unshift(request);
  if (requests.length > 1_000) requests.pop();
  if (!matches(request)) return;
  list.prepend(makeRow(request));
  if (list.childElementCount > 1_000) list.lastElementChild.remove();
  empty.hidden = true;
}

export function clearRequests() {
  requests = [];
  chosen = null;
  detail.hidden = true;
  show();
}

function matches({ method, url, status, verdict, reason }) {
  if (filter.value !== '' && verdict !== filter.value) return false;
  const words = search.value.toLowerCase().split(/\s+/);
  const text = `${method} ${url} ${status} ${verdict} ${reason ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function show() {
  const shown = requests.filter(matches);
  list.replaceChildren(...shown.map(makeRow));
  empty.hidden = shown.length > 0;
  empty.textContent =
    requests.length === 0
      ? 'No requests yet. Text something, or call the webhook.'
      : 'No request is like that.';
}

function makeRow(request) {
  const { id, at, method, url, status, verdict, reason, ms } = request;
  const failed = verdict === 'passed' && reason !== null;
  const row = make(
    'button',
    { type: 'button' },
    make('time', {}, new Date(at).toLocaleTimeString([], { hour12: false })),
    make('span', {}, method),
    make('span', { className: 'path', title: url }, url.replace(/^[a-z]+:\/\/[^/]*/, '')),
    make('span', {}, status === null ? '–' : String(status)),
    make('span', { className: failed ? 'failed' : verdict }, failed ? 'failed' : verdict),
    make('span', { className: 'ms' }, `${Math.round(ms)} ms`),
  );
  if (reason !== null) row.append(make('span', { className: 'why' }, reason));
  if (id === chosen) row.setAttribute('aria-current', 'true');
  row.addEventListener('click', () => choose(id, row));
  return make('li', {}, row);
}

async function choose(id, row) {
  const request = await attempt(() => call('GET', `/api/requests/${encodeURIComponent(id)}`));
  if (!request) return;
  chosen = id;
  list.querySelector('[aria-current]')?.removeAttribute('aria-current');
  row.setAttribute('aria-current', 'true');
  showDetail(detail, request, () => {
    chosen = null;
    row.removeAttribute('aria-current');
    row.focus();
  });
}
