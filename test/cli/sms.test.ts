import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { demoCredentials } from '../../src/emulator/demo-credentials';
import { announceEmulator } from '../../src/emulator/running-emulator';
import {
  accountSid,
  answerMessage,
  authToken,
  closeServers,
  startWebhookServer,
} from '../emulator/phone/webhook-server';
import { runRingtrue } from './run-ringtrue';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'ringtrue-sms-'));
});

afterEach(async () => {
  await closeServers();
  rmSync(cwd, { recursive: true });
});

const credentials = { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken };
const sms = (args: string[], env: Record<string, string> = credentials) =>
  runRingtrue(['sms', ...args], { cwd, env });

describe('ringtrue sms', () => {
  it('sends a genuine message and shows what the phone shows', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'Thanks for the 5'));
    const { code, stdout, stderr } = await sms(['KEYNOTE 5 loved it', '--url', `${server.url}/sms/incoming`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^--> POST http:\/\/127\.0\.0\.1:\d+\/sms\/incoming SM[0-9a-f]{32}$/m);
    expect(stdout).toMatch(/^<-- 200 text\/xml \d+ ms$/m);
    expect(stdout).toMatch(/^● \+15550100000 \(1 segment, GSM-7\)\n {4}Thanks for the 5$/m);
    expect(server.received).toMatchObject([{ genuine: true }]);
    expect(Object.fromEntries(server.received[0]?.params ?? [])).toMatchObject({
      Body: 'KEYNOTE 5 loved it',
      AccountSid: accountSid,
    });
  });

  it('finds the running emulator by itself and signs with the demo credentials both share', async () => {
    const server = await startWebhookServer();
    const dataDir = path.join(cwd, '.ringtrue');
    announceEmulator(dataDir, {
      pid: process.pid,
      url: server.url,
      publicUrl: server.url,
      consoleUrl: null,
      ca: null,
      userinfo: '',
    });
    const { accountSid: demo } = demoCredentials(dataDir);
    const { code } = await sms(['5'], {});
    expect(code).toBe(0);
    expect(server.received).toMatchObject([{ target: '/sms/incoming' }]);
    expect(server.received[0]?.params).toContainEqual(['AccountSid', demo]);
  });

  it('sends nothing and makes no folder where there is nothing to sign with', async () => {
    const server = await startWebhookServer();
    const { code, stderr } = await sms(['5', '--url', server.url, '--data', 'mistyped'], {});
    expect(code).toBe(2);
    expect(stderr).toContain('no emulator was ever started on mistyped');
    expect(server.received).toEqual([]);
    expect(readdirSync(cwd)).not.toContain('mistyped');
  });

  it('prints JSON that holds no signature, no token and no real number', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'Danke'));
    const { stdout } = await sms(['5', '--json', '--from', '+4915112345678', '--url', server.url]);
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: true,
      requests: [{ method: 'POST', status: 200, contentType: 'text/xml', problem: null }],
      problems: [],
      replies: [{ body: 'Danke', segments: 1, encoding: 'GSM-7', blocked: null }],
    });
    expect(stdout).not.toContain('15112345678');
    expect(stdout).not.toContain(authToken);
    expect(stdout).not.toContain(String(server.received[0]?.headers['x-twilio-signature']));
  });

  it("exits 1 with Twilio's code when the webhook refuses", async () => {
    const server = await startWebhookServer((response) => response.writeHead(403).end('no'));
    const { code, stdout } = await sms(['5', '--unsigned', '--url', server.url]);
    expect(code).toBe(1);
    expect(stdout).toContain('11200 HTTP retrieval failure');
    expect(server.received[0]?.headers).not.toHaveProperty('x-twilio-signature');
  });

  it('exits 1 with a sentence when nothing listens', async () => {
    const server = await startWebhookServer();
    await closeServers();
    const { code, stdout, stderr } = await sms(['5', '--url', server.url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('11205 HTTP connection failure: Nothing listens at 127.0.0.1');
  });

  it('delivers one MessageSid several times on request', async () => {
    const server = await startWebhookServer();
    await sms(['5', '--duplicate', '2', '--url', server.url]);
    const sids = server.received.map(({ params }) => new Map(params).get('MessageSid'));
    expect(sids).toHaveLength(3);
    expect(new Set(sids).size).toBe(1);
  });

  it('remembers STOP from one run to the next without keeping the number', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'Thanks'));
    await sms(['STOP', '--url', server.url]);
    const { code, stdout } = await sms(['KEYNOTE 5', '--url', server.url]);
    expect(code).toBe(0);
    expect(stdout).toContain('21610 Recipient has opted out');
    expect(readFileSync(path.join(cwd, '.ringtrue', 'opt-outs.json'), 'utf8')).not.toContain('555');
  });

  it.each([
    [['5', '--nonsense'], /unknown option '--nonsense'/],
    [['5', '--channel', 'fax'], /Allowed choices are sms, whatsapp, rcs/],
    [['5', '--url', 'localhost:3000'], /--url cannot be called: it is not absolute/],
    [['5', '--fallback-url', 'ftp://x/'], /--fallback-url cannot be called/],
    [['5', '--duplicate', 'many'], /whole number from 1 to 100/],
    [['5', '--param', 'novalue'], /NAME=value/],
    [['5', '--sid', 'SM1'], /MessageSid/],
    [['5', '--ca', 'nothing.pem'], /no certificate nothing\.pem/],
    [[], /needs a text or media/],
  ])('exits 2 with one sentence for %j', async (args, reason) => {
    const { code, stdout, stderr } = await sms(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("never signs for Twilio's own hosts with the demo credentials", async () => {
    const { code, stderr } = await sms(['5', '--url', 'https://ringtrue-1234-dev.twil.io/sms/incoming'], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/demo credentials/);
  });
});
