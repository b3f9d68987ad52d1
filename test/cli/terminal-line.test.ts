import { describeRuntimeEvent } from '../../src/cli/terminal-line';

test.each(['failed', 'uncaught'] as const)(
  'a stack of a handler that %s keeps its lines and letters, and nothing that moves a cursor or turns text',
  (kind) => {
    const stack =
      'Error: \u00e9 \u{1F600} \u001b[31m\u009b2J\u202e\r\n    at handler (/project/functions/a.js:1:1)';
    const event = { kind, request: '1', answered: false, how: 'threw' as const, stack };
    expect(describeRuntimeEvent(event, '/project')?.split('\n').slice(1)).toEqual([
      '  Error: \u00e9 \u{1F600} ?[31m?2J??',
      '      at handler (functions/a.js:1:1)',
    ]);
  },
);
