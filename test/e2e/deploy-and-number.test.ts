import path from 'node:path';
import { runRingtrue } from '../cli/run-ringtrue';
import { addNumber } from '../stand-in/add-number';
import { makeProject } from '../stand-in/make-project';
import { startTwilio } from '../stand-in/start-twilio';
import { readCommands, readOutputs } from './readme-commands';

const root = path.join(__dirname, '..', '..');
const refused = {
  status: 403,
  body: 'Unauthorized - you are not authenticated to perform this request',
};

test('deploy, point the number, text it, see the result, restore the number', async () => {
  const twilio = await startTwilio();
  // What is shipped, and nothing in .env but the credentials: ratings are kept in the account's Twilio Sync.
  const project = makeProject(twilio, root);
  try {
    const phone = addNumber(twilio, '+15551234567', {
      sms_url: 'https://demo.twilio.com/welcome/sms/reply/',
    });
    const before = { ...phone };
    const run = async (command = '') => {
      const args = command
        .replace(/^npm run /, '')
        .replace(' --', '')
        .split(' ');
      const { code, stdout, stderr } = await runRingtrue([...args, '--yes'], {
        cwd: project.dir,
        env: twilio.environment,
      });
      return { code, output: stderr + stdout };
    };
    // The commands and the lines below them are those of the README.
    const [deploy, point, takeBack] = readCommands('Deploy it');
    const [deployPrints, pointPrints] = readOutputs('Deploy it');

    const deployed = await run(deploy);
    expect(deployed.code).toBe(0);
    expectInOrder(deployed.output, deployPrints);
    // What the deploy names next is what the README says, with the URL that the README cannot know.
    const next = /^next: (npm run number -- \+15551234567) --url (https:\S+)\/sms\/incoming$/m.exec(
      deployed.output,
    );
    expect(next?.[1]).toBe(point);
    const site = next?.[2] ?? '';
    const pointed = await run(point);
    expect(pointed.code).toBe(0);
    expectInOrder(pointed.output, pointPrints);
    expect(phone).toMatchObject({
      sms_url: `${site}/sms/incoming`,
      sms_fallback_url: `${site}/sms/fallback`,
      voice_url: `${site}/voice/incoming`,
    });

    const keynote = async () => JSON.parse((await twilio.visit(`${site}/results`)).body).sessions[0];
    expect(await keynote()).toMatchObject({ keyword: 'KEYNOTE', count: 0 });
    const answer = await twilio.text('+15551234567', 'KEYNOTE 5 loved it');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<Message>');
    expect(await keynote()).toMatchObject({ count: 1, average: 5 });
    // The first session of the menu, and two points.
    expect((await twilio.call('+15551234567', '12')).status).toBe(200);
    expect(await keynote()).toMatchObject({ count: 2, average: 3.5 });
    expect(await twilio.visit(`${site}/sms/incoming?Body=KEYNOTE%201`)).toEqual(refused);
    expect(await twilio.visit(`${site}/voice/incoming?Digits=1`)).toEqual(refused);

    // Functions that begin anew find everything: it is in Sync, and nowhere else.
    twilio.coolDown();
    expect(await keynote()).toMatchObject({ count: 2, average: 3.5 });
    expect(twilio.sync.calls.filter((call) => call.startsWith('POST ')).length).toBeGreaterThan(1);
    const variables = twilio.state.services[0]?.environments[0]?.variables.map(({ key }) => key);
    expect(variables?.sort()).toEqual(['ORGANISER_PASSWORD', 'ORGANISER_USER', 'VOTER_SECRET']);

    expect(/^To restore: (.*)$/m.exec(pointed.output)?.[1]).toBe(takeBack);
    expect((await run(takeBack)).code).toBe(0);
    expect(phone).toEqual(before);
  } finally {
    project.remove();
    await twilio.close();
  }
}, 120_000);

/** Each pattern matches a line, after the one before. */
function expectInOrder(output: string, patterns: RegExp[] = []): void {
  expect(patterns.length).toBeGreaterThan(3);
  const lines = output.split('\n');
  let from = 0;
  for (const pattern of patterns) {
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at === -1)
      throw new Error(`the README says ${pattern}, and after line ${from} there is no such:\n${output}`);
    from = at + 1;
  }
}
