import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';
import { runRingtrue } from './run-ringtrue';

const publicUrl = 'https://tunnel.example';
let dataDir: string;
let started: StartedRingtrue;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'ringtrue-refusal-'));
  started = await startRingtrue(dataDir, { flags: ['--public-url', publicUrl] });
});

afterAll(async () => {
  await started?.interrupt();
  rmSync(dataDir, { recursive: true, force: true });
});

test('terminal and console name the proven cause beside a refusal', async () => {
  const params = {
    AccountSid: started.accountSid,
    Body: '5',
    From: '+15550100001',
    MessageSid: `SM${'2'.repeat(32)}`,
  };
  const signature = getExpectedTwilioSignature(
    started.authToken,
    'http://tunnel.example/sms/incoming',
    params,
  );
  const results = async () => (await fetch(`${started.url}/results`)).json();
  const before = await results();
  const answer = await fetch(`${started.url}/sms/incoming`, {
    method: 'POST',
    headers: { 'X-Twilio-Signature': signature },
    body: new URLSearchParams(params),
  });
  expect(answer.status).toBe(403);
  expect(await results()).toEqual(before);
  const list = (await (await fetch(`${started.consoleUrl}/api/requests`)).json()) as {
    id: string;
    reason: string | null;
  }[];
  const refused = list.find(({ reason }) => reason !== null);
  const detail = await (await fetch(`${started.consoleUrl}/api/requests/${refused?.id}`)).json();
  expect(detail).toMatchObject({
    reason: 'signature-mismatch',
    explanation: 'The scheme is another one (url-scheme, see docs/causes)',
  });
  const line = 'signature-mismatch: The scheme is another one (url-scheme, see docs/causes)';
  while (!started.output().includes(line)) await setTimeout(20);
});

test('sms says why the emulator refused a text', async () => {
  const args = ['sms', '5', '--token', 'f'.repeat(32), '--data', dataDir];
  const told = await runRingtrue(args, { cwd: process.cwd() });
  expect(told.code).toBe(1);
  expect(told.stdout).toMatch(/^why: signature-mismatch: another Auth Token signed it/m);
  const { stdout } = await runRingtrue([...args, '--json'], { cwd: process.cwd() });
  expect(JSON.parse(stdout).refusal).toMatch(/^signature-mismatch: another Auth Token/);
});

test('sms says nothing of a refusal when the text was delivered', async () => {
  const { code, stdout } = await runRingtrue(['sms', '5', '--data', dataDir], { cwd: process.cwd() });
  expect(code).toBe(0);
  expect(stdout).not.toContain('why:');
});
