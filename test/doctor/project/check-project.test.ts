import { checkProject, isSound, projectAdvice } from '../../../src/doctor/project/check-project';
import { healthyNumber } from './broken-accounts';
import { brokenProjects } from './broken-projects';
import { listPages, makePages, readPage } from './finding-pages';
import { healthy, manifest, readMade, token, typescriptTemplate } from './make-project';

describe('the doctor, asked about a project', () => {
  test('finds nothing in a healthy one', async () => {
    expect(checkProject(await readMade(healthy))).toEqual([]);
  });

  test('finds nothing in a number that leads to a protected function', async () => {
    const account = { fault: null, unknownNumbers: [], numbers: [healthyNumber] };
    const called = [{ url: healthyNumber.url, fault: null }];
    expect(checkProject({ ...(await readMade(healthy)), account, called })).toEqual([]);
  });

  test.each([
    ['.env', undefined],
    ['.env and another file', 'settings/production.env'],
    ['.env and another file, written in another way', './settings/production.env'],
  ])('finds nothing where git ignores %s', async (_name, envFile) => {
    const files = {
      ...healthy,
      '.gitignore': '.env\nsettings/*.env\n',
      'settings/production.env': healthy['.env'] as string,
    };
    const project = await readMade(files, { git: [['init', '-q']], envFile });
    expect(checkProject(project)).toEqual([]);
  });

  test('says of each file whether git ignores it', async () => {
    const files = { ...healthy, '.gitignore': '.env\n', '.env.production': 'GREETING=hi\n' };
    const { repository } = await readMade(files, { git: [['init', '-q']] });
    expect(repository).toMatchObject({ trackedSecrets: [], unignoredSecrets: ['.env.production'] });
  });

  test('says nothing of what git cannot tell', async () => {
    const { repository } = await readMade({ ...healthy, '.git/HEAD': 'nonsense\n' });
    expect(repository).toMatchObject({ trackedSecrets: [], unignoredSecrets: [] });
  });

  test.each(brokenProjects)('finds $name: $code', async ({ code, also, says, files, env, git, change }) => {
    const project = await readMade({ ...healthy, ...files }, { env: env ?? {}, git: git ?? [] });
    const findings = checkProject({ ...project, ...change });
    expect(findings.map((finding) => finding.code)).toEqual(also ? [code, also] : [code]);
    expect(findings[0]?.detail).toContain(says);
    expect(isSound(findings)).toBe(projectAdvice[code].severity === 'note');
  });

  test.each([
    [
      'checks the signature itself',
      "if (!validateRequest(token, event.request.headers['x-twilio-signature'], url, event)) return callback(null, 'no')",
    ],
    ['is called by Flex with a token', 'return functionValidator(token, accountSid, authToken)'],
    [
      "mounts twilio's middleware",
      "app.post('/sms', twilio.webhook(), (q, a) => a.send(new MessagingResponse()))",
    ],
    [
      'ends a call through the API',
      "await context.getTwilioClient().calls(sid).update({ twiml: '<Response><Hangup/></Response>' })",
    ],
    [
      'starts a call through the API',
      `const { VoiceResponse } = Twilio.twiml;
       await client.calls.create({ to, twiml: new VoiceResponse().say({ voice: 'a, b' }, 'Hi').toString(), from })`,
    ],
    [
      'starts a call with TwiML made before',
      'const twiml = new Twilio.twiml.VoiceResponse(); twiml.say("Hi"); await client.calls.create({ to, twiml })',
    ],
    [
      'names a field in a URL',
      "await fetch('https://example.com/calls?CallSid=' + sid); log({ CallSid: sid })",
    ],
    [
      'only sends messages',
      'await context.getTwilioClient().messages.create({ to: event.to, body: event.text })',
    ],
  ])('takes a public function for sound that %s', async (_name, body) => {
    const code = `exports.handler = async (context, event, callback) => { ${body}; callback(null, ''); // MessageSid
    };`;
    expect(checkProject(await readMade({ ...healthy, 'functions/send.js': code }))).toEqual([]);
  });

  test("finds in Twilio's template for TypeScript what is wrong with it, and nothing else", async () => {
    const findings = checkProject(await readMade(typescriptTemplate));
    expect(findings.map(({ code, detail }) => [code, detail])).toEqual([
      [
        'function-unprotected',
        'src/functions/hello-world.ts answers /hello-world to everybody, although Twilio calls it: it answers TwiML.',
      ],
      ['runtime-missing', '.twilioserverlessrc names no runtime.'],
      ['asset-index', 'dist/assets/index.html answers /index.html only.'],
    ]);
    expect(findings[0]?.fix).toContain('src/functions/hello-world.protected.ts');
  });

  test.each([
    ['the settings name another', { '.twilioserverlessrc': '{ "functionsFolder": "lib" }' }, 'lib'],
    ['the script has quotes', { deploy: "twilio serverless:deploy --functions-folder='./out/'" }, 'out'],
    ['only another program takes it', { deploy: 'deno run x --functions-folder=out' }, 'functions'],
    ['it is outside', { deploy: 'twilio-run deploy --functions-folder ../out' }, 'functions'],
  ])('takes the folder of the functions from the scripts, unless %s', async (_name, given, folder) => {
    const { deploy = 'twilio-run deploy --functions-folder out', ...files } = given as Record<string, string>;
    const project = await readMade({
      ...healthy,
      'package.json': manifest({ scripts: { deploy } }),
      ...files,
    });
    expect(project.functionsFolder).toBe(folder);
  });

  test.each([
    [
      'a call and an answer',
      'await calls.create({ twiml: "<Response/>" }); event = new twiml.VoiceResponse()',
    ],
    [
      'one TwiML for both',
      'const r = new VoiceResponse(); calls.create({ twiml: r.toString() }); callback(null, r)',
    ],
    ['a field in brackets', 'save(event["CallSid"])'],
    ['a field of its own name', 'const { From, MessageSid: sid } = event'],
    ['a field of an optional', 'save(event?.MessageSid)'],
  ])('takes a public function for one that Twilio calls by %s', async (_name, body) => {
    const code = `exports.handler = async (context, event, callback) => { ${body}; callback(null, ''); };`;
    const findings = checkProject(await readMade({ ...healthy, 'functions/send.js': code }));
    expect(findings.map((finding) => finding.code)).toEqual(['function-unprotected']);
  });

  test.each([
    'exports.handler = async (context, { CallSid, From }, callback) => callback(null, CallSid);',
    'exports.handler = function (ctx, evt, cb) { cb(null, evt.CallSid); };',
  ])('knows the event by its place: %s', async (code) => {
    const [finding] = checkProject(await readMade({ ...healthy, 'functions/send.js': code }));
    expect(finding?.detail).toContain('it reads fields that Twilio sends');
  });

  test('says of an application with a server of its own that it is no Functions project', async () => {
    const express = (changes: object) =>
      manifest({ dependencies: { express: '5.3.0', twilio: '6.2.0' }, ...changes });
    const files = { '.env': '', 'src/index.js': "require('express')().listen(3000);" };
    await expect(readMade({ ...files, 'package.json': express({}) })).rejects.toThrow(
      /no Twilio Functions project/,
    );
    for (const project of [
      { 'package.json': express({ scripts: { start: 'twilio-run' } }) },
      { 'package.json': express({ twilioserverless: { runtime: 'node22' } }) },
      { 'package.json': express({}), '.twilioserverlessrc': '{}' },
      { 'package.json': express({ devDependencies: { '@twilio/runtime-handler': '2.0.1' } }) },
    ])
      expect((await readMade({ ...files, ...project })).functionsFolder).toBe('src');
  });

  test.each([
    ['.pnp.cjs', [] as string[]],
    ['.pnp.loader.mjs', []],
    // With packages in a folder that file is a leftover.
    ['.pnp.cjs', ['node_modules/left/package.json']],
  ])("does not judge what Yarn's Plug'n'Play installed: %s %j", async (name, left) => {
    const files = Object.fromEntries(
      Object.entries(healthy).filter(([file]) => !file.startsWith('node_modules/')),
    );
    const installed = Object.fromEntries(left.map((file) => [file, '{ "version": "1.0.0" }']));
    const findings = checkProject(await readMade({ ...files, [name]: '', ...installed }));
    const missing = ['dependency-missing', 'dependency-missing'];
    expect(findings.map(({ code }) => code)).toEqual(left.length === 0 ? [] : missing);
  });

  test('has a broken project for every kind of finding', () => {
    const shown = new Set(brokenProjects.map(({ code }) => code));
    expect(Object.keys(projectAdvice).filter((code) => !shown.has(code as never))).toEqual([]);
  });

  test('has a page about every finding that says what the doctor says', async () => {
    for (const [code, page] of await makePages())
      expect({ code, page: readPage(code) }).toEqual({ code, page });
    expect(listPages().sort()).toEqual(Object.keys(projectAdvice).sort());
  });

  test('shows no secret in any of them', async () => {
    for (const { files, env } of brokenProjects) {
      const text = JSON.stringify(checkProject(await readMade({ ...healthy, ...files }, { env: env ?? {} })));
      expect(text).not.toContain(token);
      expect(text).not.toMatch(/hunter2|me:secret/);
    }
  });
});
