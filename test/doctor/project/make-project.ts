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

/** What create-twilio-function makes with --typescript, installed and built, for a Node and packages of today. */
export const typescriptTemplate: Files = {
  'package.json': manifest({
    scripts: {
      test: 'tsc --noEmit',
      start: 'twilio-run --functions-folder dist/functions --assets-folder dist/assets',
      deploy: 'twilio-run deploy --functions-folder dist/functions --assets-folder dist/assets',
      build: 'tsc && npm run build:copy-assets',
      'build:copy-assets': 'copyfiles src/assets/* src/assets/**/* --up 2 --exclude **/*.ts dist/assets/',
      prestart: 'npm run build',
      predeploy: 'npm run build',
    },
    dependencies: {
      '@twilio-labs/serverless-runtime-types': '4.0.1',
      '@twilio/runtime-handler': '2.0.1',
      twilio: '6.2.0',
    },
  }),
  'node_modules/@twilio-labs/serverless-runtime-types/package.json': '{ "version": "4.0.1" }',
  'node_modules/@twilio/runtime-handler/package.json': '{ "version": "2.0.1" }',
  'node_modules/twilio/package.json': '{ "version": "6.2.0" }',
  '.env': `ACCOUNT_SID=${account}\nAUTH_TOKEN=${token}\n`,
  'src/functions/hello-world.ts': `import '@twilio-labs/serverless-runtime-types';
    export const handler: ServerlessFunctionSignature = function (context, event, callback) {
      callback(null, new Twilio.twiml.VoiceResponse().say('Hello'));
    };`,
  'src/functions/message.protected.ts': 'export const handler = () => {};',
  'src/assets/index.html': '<p>Hello</p>',
  'dist/functions/hello-world.js': `"use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.handler = void 0;
    require("@twilio-labs/serverless-runtime-types");
    const handler = function (context, event, callback) {
      callback(null, new Twilio.twiml.VoiceResponse().say('Hello'));
    };
    exports.handler = handler;`,
  'dist/functions/message.protected.js': `exports.handler = function (context, event, callback) {
      callback(null, new Twilio.twiml.MessagingResponse());
    };`,
  'dist/assets/index.html': '<p>Hello</p>',
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
