import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  announceEmulator,
  findRunningEmulator,
  type RunningEmulator,
} from '../../src/emulator/running-emulator';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const emulator = (pid: number): RunningEmulator => ({
  pid,
  url: `http://127.0.0.1:${pid}`,
  publicUrl: `http://127.0.0.1:${pid}`,
  consoleUrl: null,
  ca: null,
  userinfo: '',
});
// Whoever started this process lives as long as it does.
const other = process.ppid;

test('of two emulators on one folder the last started is found, and when it ends the first', () => {
  const first = announceEmulator(dir, emulator(other));
  const second = announceEmulator(dir, emulator(process.pid));
  expect(findRunningEmulator(dir)?.pid).toBe(process.pid);
  second();
  expect(findRunningEmulator(dir)?.pid).toBe(other);
  first();
  expect(findRunningEmulator(dir)).toBeUndefined();
});

test('one that ends first takes nothing of the other away', () => {
  const first = announceEmulator(dir, emulator(other));
  announceEmulator(dir, emulator(process.pid));
  first();
  expect(findRunningEmulator(dir)?.pid).toBe(process.pid);
});

test('one that was killed is not found', () => {
  announceEmulator(dir, emulator(2 ** 22 + 1));
  expect(findRunningEmulator(dir)).toBeUndefined();
});
