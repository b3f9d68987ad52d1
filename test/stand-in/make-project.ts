import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TwilioStandIn } from './start-twilio';

const root = path.join(__dirname, '..', '..');

/** A project of its own in a temp folder, with the stand-in's credentials in `.env`. */
export interface Project {
  dir: string;
  write(file: string, content: string): void;
  remove(): void;
}

/** @param from folder whose `functions` and `assets` it gets; default: a fixture that keeps its ratings in memory */
export function makeProject(
  { accountSid, authToken }: TwilioStandIn,
  from = path.join(root, 'test/fixtures/deployable-project'),
): Project {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-project-'));
  const write = (file: string, content: string) => {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), content);
  };
  for (const folder of ['functions', 'assets', 'src']) {
    cpSync(path.join(from, folder), path.join(dir, folder), { recursive: true, force: true });
  }
  for (const file of ['package.json', '.twilioserverlessrc'])
    cpSync(path.join(root, file), path.join(dir, file));
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  write('.env', `ACCOUNT_SID=${accountSid}\nAUTH_TOKEN=${authToken}\nVOTER_SECRET=\n`);
  return { dir, write, remove: () => rmSync(dir, { recursive: true }) };
}
