import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectProject } from '../../../src/cli/inspect-project';
import type { Project } from '../../../src/doctor/project/project';

/** Files of a project by path; `null` takes one away. */
export type Files = Record<string, string | null>;

export const token = '0123456789abcdef0123456789abcdef';
export const account = `AC${token}`;
const major = process.versions.node.split('.', 1)[0];

/** A project of somebody else in which nothing is wrong. */
export const healthy: Files = {
  'package.json': manifest({}),
  'node_modules/@twilio/runtime-handler/package.json': '{ "version": "2.0.1" }',
  'node_modules/twilio/package.json': '{ "version": "6.2.0" }',
  '.twilioserverlessrc': `{ "runtime": "node${major}", "serviceName": "hotline" }`,
  '.env': `ACCOUNT_SID=${account}\nAUTH_TOKEN=${token}\nGREETING=He said "hi"\n`,
  '.env.example': 'ACCOUNT_SID=\nAUTH_TOKEN=\n',
  'functions/time.js':
    'exports.handler = async (context, event, callback) => callback(null, String(Date.now()));\n',
  'functions/sms/incoming.protected.js': `
    const MessagingResponse = require('twilio').twiml.MessagingResponse;
    exports.handler = function (context, event, callback) {
      callback(null, new MessagingResponse());
    };`,
  'assets/logo.svg': '<svg/>',
};

/** A package.json that Twilio can use, with `changes`. */
export function manifest(changes: object): string {
  return JSON.stringify({
    name: 'hotline',
    version: '0.0.0',
    private: true,
    dependencies: { '@twilio/runtime-handler': '2.0.1', twilio: '6.2.0' },
    ...changes,
  });
}

/** What makes it a project that ringtrue builds; nothing is built yet. */
export const ours: Files = {
  'package.json': manifest({ scripts: { build: 'ringtrue build' } }),
  'assets/event.private.json':
    '{ "id": "x", "title": "X", "sessions": [{ "keyword": "TALK", "title": "One" }] }',
};

/** Makes a project in a temporary folder, reads it as the command does, and removes it. */
export async function readMade(
  files: Files,
  {
    env = {},
    git = [],
    envFile,
  }: { env?: NodeJS.ProcessEnv; git?: string[][]; envFile?: string | undefined } = {},
): Promise<Project> {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringtrue-project-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      if (content === null) continue;
      mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
      writeFileSync(path.join(dir, name), content);
    }
    for (const args of git) execFileSync('git', args, { cwd: dir, stdio: 'ignore' });
    return await inspectProject(dir, { env, envFile });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
