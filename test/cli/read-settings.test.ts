import { checkProject } from '../../src/doctor/project/check-project';
import { healthy, readMade } from '../doctor/project/make-project';

const runtime = `node${process.versions.node.split('.', 1)[0]}`;
const moved = (settings: Record<string, string>) => ({
  ...healthy,
  '.twilioserverlessrc': null,
  'functions/time.js': null,
  'functions/sms/incoming.protected.js': null,
  'built/time.js': healthy['functions/time.js'] ?? null,
  ...settings,
});

test.each<[what: string, settings: Record<string, string>]>([
  [
    'YAML',
    { '.twilioserverlessrc.yml': `functionsFolder: built\nruntime: ${runtime}\nserviceName: hotline\n` },
  ],
  [
    'the part for deploy',
    {
      '.twilioserverlessrc': JSON.stringify({
        runtime,
        functionsFolder: 'functions',
        commands: { deploy: { functionsFolder: 'built' }, start: { functionsFolder: 'functions' } },
      }),
    },
  ],
])('the doctor finds the folders of settings in %s, and no fault in them', async (_, settings) => {
  const project = await readMade(moved(settings));
  expect(project).toMatchObject({ functionsFolder: 'built', settings: { opaque: false, fault: null } });
  expect(checkProject(project).map(({ code }) => code)).not.toContainEqual(
    expect.stringMatching(/^(?:settings|runtime|functions)-/),
  );
});

test('the doctor says that YAML cannot be read, and why', async () => {
  const project = await readMade(moved({ '.twilioserverlessrc.yml': 'runtime: [node22' }));
  const finding = checkProject(project).find(({ code }) => code === 'settings-unreadable');
  expect(finding).toMatchObject({
    detail: expect.stringMatching(/^\.twilioserverlessrc\.yml: .+ \(\d+:\d+\)\.$/),
    fix: 'Correct .twilioserverlessrc.yml; it is YAML.',
  });
});

test('the doctor runs no settings that are a program', async () => {
  const project = await readMade(moved({ 'twilioserverless.config.js': 'throw new Error("it was run")' }));
  expect(project.settings).toMatchObject({ file: 'twilioserverless.config.js', opaque: true, fault: null });
});
