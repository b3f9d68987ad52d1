import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { announceEmulator } from '../../src/emulator/running-emulator';
import { startCountingServer } from '../emulator/crowd/counting-server';
import { accountSid, authToken, closeServers, startWebhookServer } from '../emulator/phone/webhook-server';
import { runRingtrue } from './run-ringtrue';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-crowd-'));
});

afterEach(async () => {
  await closeServers();
  rmSync(cwd, { recursive: true });
});

const crowd = (...args: string[]) =>
  runRingtrue(['crowd', ...args], { cwd, env: { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken } });
const small = ['--phones', '60', '--seconds', '1', '--seed', '3'];

describe('ringtrue crowd', () => {
  it('exits 0 when exactly what was sent was counted, chaos or not', async () => {
    const { url } = await startCountingServer('none');
    const { code, stdout } = await crowd(...small, '--chaos', '--url', `${url}/sms/incoming`);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('lost 0, doubled 0, misread 0'),
    });
    expect(stdout).toMatch(/60 phones, seed 3: \d+ deliveries, 0 failed/);
    expect(stdout).toMatch(/half below [\d.]+, 95 % below/);
  });

  it('exits 1 when ratings were lost', async () => {
    const { url } = await startCountingServer('forgets');
    const { code, stdout } = await crowd(...small, '--json', '--url', `${url}/sms/incoming`);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).lost).toBeGreaterThan(0);
  });

  it('texts again for those who were told that nothing was saved, when the results answer again', async () => {
    const { url } = await startCountingServer('is-away');
    const { code, stdout, stderr } = await crowd(...small, '--url', `${url}/sms/incoming`);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('lost 0, doubled 0, misread 0'),
    });
    expect(stdout).toMatch(/told that their rating could not be saved, and texted again: [1-9]/);
    expect(stderr).toContain('the results do not answer; waiting');
  });

  it('exits 1 when nothing is saved however often they text, and comes to an end', async () => {
    const { url } = await startCountingServer('never-saves');
    const few = ['--phones', '5', '--seconds', '1'];
    const { code, stdout } = await crowd(...few, '--json', '--url', `${url}/sms/incoming`);
    expect(code).toBe(1);
    const { lost, expected, repeated } = JSON.parse(stdout);
    expect(lost).toBe(expected);
    expect(repeated).toBeGreaterThan(0);
  });

  it('exits 1 when copies were counted', async () => {
    const { url } = await startCountingServer('counts-copies');
    const { code, stdout } = await crowd(...small, '--json', '--url', `${url}/sms/incoming`);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).doubled).toBeGreaterThan(0);
  });

  it('exits 2 with one sentence when there is nothing to vote at', async () => {
    const other = await startWebhookServer();
    expect(await crowd('--url', `${other.url}/sms/incoming`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/results (?:does not answer|is not the results)/),
    });
    await closeServers();
    expect(await crowd('--url', `${other.url}/sms/incoming`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/\/results does not answer .*ECONNREFUSED/),
    });
  });

  it('votes at no event of others without --yes, though an emulator is running', async () => {
    announceEmulator(path.join(cwd, '.ringtrue'), {
      pid: process.pid,
      url: 'http://127.0.0.1:1',
      publicUrl: 'http://127.0.0.1:1',
      consoleUrl: null,
      ca: null,
      userinfo: '',
    });
    const { code, stderr } = await crowd('--url', 'https://event.example/sms/incoming');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/add --yes/) });
  });
});
