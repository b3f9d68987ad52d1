import type { BrokenProject } from './broken-projects';
import { ours } from './make-project';

const handler = (body = 'callback(null, "")') =>
  `exports.handler = async (context, event, callback) => { ${body}; };\n`;
const settings = (text: string) => ({
  '.twilioserverlessrc': `{ "runtime": "node${process.versions.node.split('.', 1)[0]}", ${text} }`,
});
const many = (count: number, name: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), '']));

/** Functions, assets, and what is built of them. */
export const brokenFunctions: readonly BrokenProject[] = [
  {
    name: 'a folder of TypeScript that nobody compiled',
    code: 'functions-none',
    says: 'source has 1 files, and none of them is .js',
    files: {
      ...settings('"functionsFolder": "functions/source"'),
      'functions/source/a.ts': 'export const a = 1;',
    },
    change: { build: { folder: null, exists: true, fault: null, stale: [] } },
  },
  {
    name: 'nothing to deploy',
    code: 'functions-none',
    says: 'functions has no functions, and there are no assets',
    files: {
      'functions/time.js': null,
      'functions/sms/incoming.protected.js': null,
      'assets/logo.svg': null,
      'src/readme.md': '',
    },
    change: { functionsFolder: 'functions' },
  },
  {
    name: 'a public function that answers TwiML',
    code: 'function-unprotected',
    says: 'functions/voice.js answers /voice to everybody, although Twilio calls it: it answers TwiML',
    files: { 'functions/voice.js': handler('callback(null, new Twilio.twiml.VoiceResponse())') },
  },
  {
    name: 'a public function that reads what Twilio sends',
    code: 'function-unprotected',
    says: 'it reads fields that Twilio sends',
    files: { 'functions/log.js': handler('save(event.MessageSid); callback()') },
  },
  {
    name: 'a public function that a webhook variable names',
    code: 'function-unprotected',
    says: 'TWILIO_SMS_WEBHOOK_URL names it',
    files: { 'functions/rate.js': handler(), '.env.example': 'TWILIO_SMS_WEBHOOK_URL=/rate\n' },
  },
  {
    name: 'a public function with the name of a webhook',
    code: 'function-unprotected',
    says: 'its name says so',
    files: { 'functions/incoming-call.js': handler() },
  },
  {
    name: 'a marker in capital letters',
    code: 'function-marker',
    says: '"Protected" in functions/rate.Protected.js',
    files: { 'functions/rate.Protected.js': handler() },
  },
  {
    name: 'a marker that is misspelled',
    code: 'function-marker',
    says: '/rate.protect',
    files: { 'functions/rate.protect.js': handler() },
  },
  {
    name: 'a marker after a dash',
    code: 'function-marker',
    says: '/rate-private',
    files: { 'functions/rate-private.js': handler() },
  },
  {
    name: 'a function with a fault',
    code: 'function-syntax',
    says: 'functions/rate.js, line 2: ',
    files: { 'functions/rate.js': 'exports.handler =\n  async context event => {};\n' },
  },
  {
    name: 'a file without a handler',
    code: 'function-handler',
    says: 'functions/numbers.js gets the URL /numbers',
    files: { 'functions/numbers.js': 'exports.one = 1;' },
  },
  {
    name: 'a handler that cannot call back',
    code: 'function-callback',
    says: '/rate in functions/rate.js takes no callback',
    files: { 'functions/rate.js': 'exports.handler = async ({ A, B }, event) => A + B;' },
  },
  {
    name: 'a function that is an ES module',
    code: 'function-module',
    says: 'functions/rate.js uses import and export',
    files: { 'functions/rate.js': `export const handler = async (context, event, callback) => callback();` },
  },
  {
    name: 'a function that requires its neighbour',
    code: 'function-import',
    says: 'functions/rate.js requires "./numbers"',
    files: {
      'functions/rate.js': `const { one } = require('./numbers');\n${handler('callback(null, one)')}`,
      'functions/numbers.private.js': 'exports.one = 1;',
    },
  },
  {
    name: 'a function whose package is not deployed',
    code: 'function-package',
    says: 'requires luxon, which is not in dependencies',
    files: { 'functions/rate.js': `const { DateTime } = require('luxon/build/x');\n${handler()}` },
  },
  {
    name: 'a test among the functions',
    code: 'test-file-deployed',
    says: 'functions/time.test.js would be deployed as /time.test',
    files: { 'functions/time.test.js': "const { handler } = require('./time'); test('it works', () => {});" },
  },
  {
    name: 'a folder of tests among the functions',
    code: 'test-file-deployed',
    says: '/__tests__/time',
    files: { 'functions/__tests__/time.js': "const { handler } = require('../time');" },
  },
  {
    name: 'a test by what it says',
    code: 'test-file-deployed',
    says: '/check-time',
    files: { 'functions/check-time.js': "describe('time', () => {});" },
  },
  {
    name: 'two files for one URL',
    code: 'path-twice',
    says: '/time is what functions/time.js and functions/time.protected.js',
    files: { 'functions/time.protected.js': handler() },
  },
  {
    name: 'a path that Twilio refuses',
    code: 'path-refused',
    says: 'functions/a+b.js',
    files: { 'functions/a+b.js': handler() },
  },
  {
    name: 'sources that do not compile',
    code: 'build-fails',
    says: 'functions/a.ts:1: ',
    files: { ...ours, 'functions/a.ts': 'export const handler = }' },
  },
  { name: 'nothing built yet', code: 'build-missing', says: 'dist is what is deployed', files: ours },
  {
    name: 'a build of other sources',
    code: 'build-stale',
    says: 'In dist: assets/assets/old.txt, ',
    files: { ...ours, 'dist/functions/time.js': 'old', 'dist/assets/assets/old.txt': '' },
  },
  {
    name: 'an asset with secrets',
    code: 'asset-secret',
    says: '/.env is open to everybody',
    files: { 'assets/.env': 'A=1' },
  },
  {
    name: 'a key among the assets',
    code: 'asset-secret',
    says: '/tls/server.key can be fetched',
    files: { 'assets/tls/server.protected.key': 'x' },
  },
  {
    name: 'an asset that is too large',
    code: 'asset-size',
    says: '10.5 MB, and Twilio takes 10.0 MB',
    files: { 'assets/list.private.txt': 'x'.repeat(11_010_048) },
  },
  {
    name: 'too many assets',
    code: 'asset-count',
    says: 'There are 51 private assets',
    files: many(51, (index) => `assets/${index}.private.txt`),
  },
  {
    name: 'a start page that does not answer /',
    code: 'asset-index',
    says: 'assets/index.html answers /index.html only',
    files: { 'assets/index.html': '<p>' },
  },
];
