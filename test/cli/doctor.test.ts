import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { healthy, ours, token } from '../doctor/project/make-project';
import { freePort } from '../free-port';
import { runRingtrue } from './run-ringtrue';

const root = path.join(__dirname, '..', '..');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-doctor-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function write(files: Record<string, string | null>): void {
  for (const [name, content] of Object.entries(files)) {
    if (content === null) continue;
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), content);
  }
}

describe('ringtrue doctor', () => {
  test('finds a fresh copy of this project sound', async () => {
    const grown = ['node_modules', 'dist', 'coverage', '.git', '.ringtrue', '.env'];
    cpSync(root, dir, { recursive: true, filter: (file) => !grown.includes(path.relative(root, file)) });
    symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
    const { code, stdout } = await runRingtrue(['doctor', '--json'], { cwd: dir });
    const { sound, findings } = JSON.parse(stdout);
    expect(findings.filter(({ severity }: { severity: string }) => severity !== 'note')).toEqual([]);
    expect({ code, sound }).toEqual({ code: 0, sound: true });
  });

  test('finds nothing in a healthy project of somebody else, and says so', async () => {
    write(healthy);
    const { code, stdout } = await runRingtrue(['doctor', '--offline'], { cwd: dir });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'sound\n' });
  });

  test('says what is wrong, why and what to do, and ends with 1', async () => {
    write({
      ...healthy,
      'functions/sms/incoming.protected.js': null,
      'functions/sms/incoming.js':
        'exports.handler = (context, event, callback) => callback(null, event.MessageSid);',
    });
    const { code, stdout } = await runRingtrue(['doctor', '--offline'], { cwd: dir });
    expect(stdout).toBe(
      'error  Anybody can call a function that is meant for Twilio function-unprotected\n' +
        '    functions/sms/incoming.js answers /sms/incoming to everybody, although Twilio calls it: it reads fields that Twilio sends.\n' +
        '    fix:  Rename it to functions/sms/incoming.protected.js; its URL stays. Or check X-Twilio-Signature in it.\n' +
        `    more: ${path.relative(dir, path.join(root, 'docs', 'findings', 'function-unprotected.md'))}\n\n` +
        'not sound: 1 error\n',
    );
    expect(code).toBe(1);
  });

  test('says what is wrong with the place of the ratings, changes nothing there, and asks nobody with --offline', async () => {
    const url = `postgres://ada:hunter2@127.0.0.1:${await freePort()}/ratings`;
    write({ ...healthy, ...ours, '.env': `DATABASE_URL=${url}\n` });
    const codes = async (...flags: string[]) => {
      const { stdout } = await runRingtrue(['doctor', '--json', ...flags], { cwd: dir });
      expect(stdout).not.toContain('hunter2');
      return JSON.parse(stdout).findings.map(({ code }: { code: string }) => code);
    };
    expect(await codes()).toContain('store-silent');
    expect((await codes('--offline')).join()).not.toContain('store-');
    write({ '.env': 'RATINGS_FILE=ratings.db\n' });
    expect((await codes()).join()).not.toContain('store-');
    expect(existsSync(path.join(dir, 'ratings.db'))).toBe(false);
    write({ 'ratings.db': 'this is no SQLite file, and long enough to be read as one'.repeat(40) });
    expect(await codes('--offline')).toContain('store-fault');
  });

  test('finds the faults of a project made of them', async () => {
    const { code, stdout } = await runRingtrue(['doctor', '--json'], {
      cwd: path.join(root, 'test', 'fixtures', 'foreign-project'),
    });
    const { sound, findings } = JSON.parse(stdout);
    const details = findings.map(({ detail }: { detail: string }) => detail).join('\n');
    expect(details).toContain(
      'The handler of /never-calls-back in functions/never-calls-back.js takes no callback.',
    );
    expect(details).not.toMatch(/hello\.js|message\.test\.js/);
    expect({ code, sound }).toEqual({ code: 1, sound: false });
  });

  test('reads the variables of another file, and shows no secret of it', async () => {
    write({ ...healthy, '.env.production': `ACCOUNT_SID=SK${token}\nAUTH_TOKEN="${token} "\n` });
    const { code, stdout } = await runRingtrue(['doctor', '--offline', '--env', '.env.production'], {
      cwd: dir,
    });
    expect(stdout).toContain('ACCOUNT_SID in .env.production begins with SK.');
    expect(stdout).toContain('AUTH_TOKEN in .env.production begins or ends with white space.');
    expect(stdout).not.toContain(token);
    expect(code).toBe(1);
  });

  test.each([
    ['where there is no project', [], 'There is no package.json here'],
    ['with a file that is not there', ['--env', 'nowhere.env'], 'There is no file nowhere.env'],
    ['with an option it does not have', ['--nonsense'], "unknown option '--nonsense'"],
  ])('ends with 2 %s', async (_name, flags, says) => {
    if (flags.length > 0) write(healthy);
    const { code, stderr } = await runRingtrue(['doctor', ...flags], { cwd: dir });
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});
