import { attempt, call, make } from './api.js';

const conversation = document.querySelector('#conversation');
const picker = document.querySelector('#phone-number');
const text = document.querySelector('#text');
const media = document.querySelector('#media');
const channel = document.querySelector('#channel');
const segments = document.querySelector('#segments');

/** As many messages of all phones as the emulator keeps. */
const mostMessages = 2_000;
const hint = make('li', { className: 'hint' }, 'Nothing yet. Enter sends, Shift+Enter makes a new line.');

/** Oldest first, by a name for each. */
let messages = new Map();
/** What stands in the conversation, by the same names. */
const drawn = new Map();
const phones = ['+15550100001', '+15550100002', '+15550100003'];

export function startPhone() {
  const form = document.querySelector('#compose');
  for (const phone of phones) addPhone(phone);
  picker.addEventListener('change', show);
  document.querySelector('#phone-new').addEventListener('click', () => {
    const phone = `+1555${String(100_001 + phones.length).padStart(7, '0')}`;
    phones.push(phone);
    addPhone(phone);
    picker.value = phone;
    show();
    text.focus();
  });
  text.addEventListener('input', countSegments);
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
}

export async function loadMessages() {
  const kept = await call('GET', '/api/messages');
  messages = new Map();
  keep(kept);
  show();
}

export function addMessages(added) {
  draw(keep(added));
}

export function clearMessages() {
  messages = new Map();
  show();
}

/** Forgets the oldest where there are too many. @returns those that were not known, by name */
function keep(added) {
  const fresh = new Map();
  for (const message of added) {
    const name = message.direction + message.messageSid;
    if (messages.has(name)) continue;
    if (message.direction === 'inbound') know(bare(message.from));
    messages.set(name, message);
    fresh.set(name, message);
  }
  for (const name of messages.keys()) {
    if (messages.size <= mostMessages) break;
    messages.delete(name);
    for (const item of drawn.get(name) ?? []) item.remove();
    drawn.delete(name);
  }
  return fresh;
}

async function send() {
  const body = text.value;
  if (body === '' && media.value === '') return;
  text.value = '';
  segments.textContent = '';
  const sent = await attempt(() =>
    call('POST', '/api/messages', {
      from: picker.value,
      body,
      channel: channel.value,
      media: media.value === '' ? [] : [media.value],
    }),
  );
  if (sent) media.value = '';
  else if (text.value === '') text.value = body;
  text.focus();
}

let counting = 0;

async function countSegments() {
  const body = text.value;
  counting += 1;
  const mine = counting;
  if (body === '') {
    segments.textContent = '';
    return;
  }
  const counted = await call('POST', '/api/segments', { body });
  if (mine !== counting) return;
  const unit = counted.segments === 1 ? 'segment' : 'segments';
  segments.textContent = `${counted.segments} ${unit}, ${counted.encoding}`;
}

function addPhone(phone) {
  picker.append(make('option', { value: phone }, phone));
}

function know(phone) {
  if (phones.includes(phone)) return;
  phones.push(phone);
  addPhone(phone);
}

function bare(address) {
  return address.replace(/^[a-z]+:/, '');
}

function show() {
  drawn.clear();
  conversation.replaceChildren();
  draw(messages);
}

/** Puts those of the chosen phone below what stands there. */
function draw(added) {
  const phone = picker.value;
  const before = drawn.size;
  for (const [name, message] of added) {
    const { from, to, direction } = message;
    if (bare(direction === 'inbound' ? from : to) !== phone) continue;
    const items = describe(message);
    drawn.set(name, items);
    conversation.append(...items);
  }
  if (drawn.size === 0) conversation.append(hint);
  else hint.remove();
  if (drawn.size > before) conversation.parentElement.scrollTop = conversation.parentElement.scrollHeight;
}

function describe(message) {
  const { direction, body, status, by, encoding, problems, media: pictures } = message;
  const unit = message.segments === 1 ? 'segment' : 'segments';
  const notes = [
    message.channel === 'sms' ? '' : message.channel,
    by === 'carrier' ? 'Twilio itself' : '',
    status === 'delivered' ? `${message.segments} ${unit}, ${encoding}` : status,
  ];
  const bubble = make('li', { className: `${direction} ${status}` });
  bubble.append(body, ...pictures.map((url) => make('small', {}, `[media] ${url}`)));
  bubble.append(make('small', {}, notes.filter(Boolean).join(' · ')));
  const faults = problems.map(({ code, detail }) => make('li', { className: 'note' }, `${code} ${detail}`));
  // A blocked reply is listed with its reason; the text that caused it need not say it again.
  return direction === 'inbound' && status === 'delivered' ? [bubble] : [bubble, ...faults];
}
