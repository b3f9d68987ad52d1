import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseScenario, ScenarioFault } from '../../../src/emulator/scenario/scenario-file';

function faultsOf(text: string): string[] {
  try {
    parseScenario(text);
  } catch (error) {
    if (error instanceof ScenarioFault) return error.messages;
    throw error;
  }
  return [];
}

describe('parseScenario', () => {
  it('reads texts, calls, waits, clocks and results', () => {
    const scenario = parseScenario(`{
      title: 'x',
      clock: '2026-05-04T16:59:00+02:00',
      steps: [
        { text: 'hi', from: 'ana', expect: { reply: null } },
        { call: ['1', '-'], from: null, expect: { hears: '/5/' } },
        { wait: '2s' },
        { clock: '+10m' },
        { results: { KEYNOTE: { votes: { '5': 1 } } } },
      ],
    }`);
    expect(scenario.clock).toBe(Date.parse('2026-05-04T14:59:00Z'));
    expect(scenario.steps).toMatchObject([
      { kind: 'text', text: 'hi', from: 'ana', channel: 'sms', copies: 0, expect: { reply: null } },
      { kind: 'call', call: ['1', '-'], from: null, expect: { hears: '/5/' } },
      { kind: 'wait', milliseconds: 2_000 },
      { kind: 'clock', to: { forward: 600_000 }, written: '+10m' },
      { kind: 'results', results: { KEYNOTE: { votes: { 5: 1 } } } },
    ]);
  });

  it.each([
    ['{ title: 1', /invalid end of input/],
    ['{ title: "x" }', /^steps/],
    ['{ title: "x", steps: [] }', /a scenario has steps/],
    ['{ title: "x", steps: [{ txt: "hi" }] }', /^steps\[0\]: a step has text, call, results, wait or clock/],
    ['{ title: "x", steps: [{ text: "hi", form: "ana" }] }', /^steps\[0\]\.form/],
    ['{ title: "x", steps: [{ call: ["x"] }] }', /^steps\[0\]\.call\.0: keys are digits/],
    ['{ title: "x", steps: [{ wait: "soon" }] }', /^steps\[0\]\.wait: write a time like/],
    ['{ title: "x", clock: "17:00", steps: [{ wait: "1s" }] }', /^clock: write a time with its zone/],
    [
      '{ title: "x", steps: [{ text: "a", expect: { reply: "/(/" } }] }',
      /^steps\[0\]\.expect\.reply: the pattern/,
    ],
    ['{ title: "x", steps: [{ results: { A: { votes: { "6": 1 } } } }] }', /^steps\[0\]\.results\.A\.votes/],
  ])('names what is wrong in %s', (text, fault) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  it('reads the examples', () => {
    const folder = path.join(__dirname, '..', '..', '..', 'scenarios');
    const files = readdirSync(folder).filter((name) => name.endsWith('.json5'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect(faultsOf(readFileSync(path.join(folder, file), 'utf8'))).toEqual([]);
  });
});
