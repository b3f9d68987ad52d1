import { allAttacks } from '../../../src/emulator/attack/all-attacks';
import { protections } from '../../../src/emulator/attack/protected-target';
import { type MatrixRow, runMatrix } from '../../../src/emulator/attack/run-matrix';

let rows: MatrixRow[];

beforeAll(async () => {
  rows = await runMatrix(allAttacks, protections);
});

const outcome = (attack: string, protection: string) =>
  rows.find(({ attack: { name } }) => name === attack)?.outcomes[protection];
const through = (protection: string) =>
  rows.filter(({ outcomes }) => outcomes[protection] === 'through').map(({ attack: { name } }) => name);

describe('the attacks on the protections of the article', () => {
  it('are at least thirty, each with a name of its own', () => {
    expect(rows.length).toBeGreaterThanOrEqual(30);
    expect(new Set(rows.map(({ attack: { name } }) => name)).size).toBe(rows.length);
  });

  it('nearly all work on a webhook without protection, so that stopping them means something', () => {
    expect(through('none').length).toBeGreaterThan(rows.length * 0.9);
  });

  it('by a stranger all work in spite of HTTPS, which only leaves the eavesdropper blind', () => {
    expect(outcome('unsigned', 'HTTPS')).toBe('through');
    const captures = rows.filter(({ attack: { needs } }) => needs === 'capture');
    expect(captures.every(({ outcomes }) => outcomes.HTTPS === 'blind')).toBe(true);
  });

  it('stop at Basic until the password is read on the line', () => {
    expect(outcome('unsigned', 'Basic')).toBe('stopped');
    expect(outcome('basic-brute-force', 'Basic')).toBe('stopped');
    expect(outcome('forged-beside-capture', 'Basic')).toBe('through');
  });

  it('stop at the signature, but for what repeats a genuine request or shifts its boundaries', () => {
    expect(through('signature').toSorted()).toEqual([
      'boundary-in-body',
      'boundary-in-sid',
      'replay',
      'replay-new-token',
    ]);
  });

  it.each(['signature+once', 'all'])('all stop at %s', (protection) => {
    expect(through(protection)).toEqual([]);
    expect(rows.every(({ outcomes }) => outcomes[protection] !== undefined)).toBe(true);
  });
});
