import { attempt, call, make } from './api.js';

/** Shows one request in full, with what can be done with it. */
export function showDetail(place, request, onClose) {
  const close = make('button', { type: 'button', className: 'quiet' }, 'Close');
  close.addEventListener('click', () => {
    place.hidden = true;
    onClose();
  });
  place.onkeydown = (event) => {
    if (event.key === 'Escape') close.click();
  };
  place.replaceChildren(
    make(
      'div',
      { className: 'bar' },
      make('h2', {}, `${request.method} → ${request.status ?? 'no answer'}`),
      close,
    ),
    make('p', {}, describeVerdict(request)),
    ...describeTwilio(request.twilio),
    ...makeReplay(request),
    make('h3', {}, 'What is signed'),
    make('pre', {}, request.signed.join('\n')),
    make('h3', {}, 'Headers'),
    makeTable(request.headers),
    ...(request.params === null && request.body !== ''
      ? [make('h3', {}, 'Body'), make('pre', {}, request.body)]
      : []),
    ...(request.response
      ? [
          make('h3', {}, 'Answer'),
          makeTable(request.response.headers),
          make('pre', {}, request.response.body || '(empty)'),
        ]
      : []),
  );
  place.hidden = false;
  place.scrollTop = 0;
  place.focus();
}

function describeVerdict({ verdict, reason, explanation, ms }) {
  const time = `${Math.round(ms)} ms`;
  if (reason === null) return `${verdict} in ${time}`;
  const said = verdict === 'passed' ? 'passed, and failed' : verdict;
  return `${said} in ${time}: ${reason}${explanation ? `, ${explanation}` : ''}`;
}

function describeTwilio(twilio) {
  if (!twilio) return [];
  const lines = [
    ...twilio.problems.map(({ code, detail }) => `${code}: ${detail}`),
    ...twilio.messages.map((body) => `sends: ${body}`),
  ];
  if (lines.length === 0) lines.push('sends nothing: the phone stays silent');
  return [make('h3', {}, 'What Twilio would do'), make('pre', {}, lines.join('\n'))];
}

// What somebody edits stands on top; what is sent keeps the order it was received in.
const shownFirst = ['Body', 'From', 'To', 'MessageSid'];

function makeReplay(request) {
  const result = make('p', { className: 'hint', role: 'status' });
  const fields = (request.params ?? []).map(([name, value]) => ({
    name,
    input: make('input', { value, 'aria-label': name }),
  }));
  const body = make('textarea', { rows: 4, value: request.body, 'aria-label': 'Body' });
  const signature = make(
    'select',
    { 'aria-label': 'Signature of the replay' },
    make('option', { value: 'as-received' }, 'signature as received'),
    make('option', { value: 'again' }, 'sign again'),
    make('option', { value: 'none' }, 'no signature'),
  );
  const edits = () => {
    if (request.params === null) return body.value === request.body ? {} : { body: body.value };
    const params = fields.map(({ name, input }) => [name, input.value]);
    return JSON.stringify(params) === JSON.stringify(request.params) ? {} : { params };
  };
  const replay = make('button', { type: 'button' }, 'Replay');
  replay.addEventListener('click', async () => {
    const answer = await attempt(() =>
      call('POST', `/api/requests/${encodeURIComponent(request.id)}/replay`, {
        ...edits(),
        signature: signature.value,
      }),
    );
    if (answer)
      result.textContent = answer.problem ?? `answered ${answer.status}: ${answer.body.slice(0, 300)}`;
  });
  const editor = make('details', {}, make('summary', {}, 'Edit before the replay'));
  editor.open = request.params !== null;
  const texted = fields.filter(({ name }) => shownFirst.includes(name));
  const others = fields.filter(({ name }) => !shownFirst.includes(name));
  editor.append(
    request.params === null
      ? body
      : makeTable([...texted, ...others].map(({ name, input }) => [name, input])),
  );
  return [
    make('h3', {}, 'Send it again'),
    make('div', { className: 'bar' }, signature, replay),
    result,
    editor,
  ];
}

function makeTable(rows) {
  return make(
    'table',
    {},
    make(
      'tbody',
      {},
      ...rows.map(([name, value]) =>
        make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value)),
      ),
    ),
  );
}
