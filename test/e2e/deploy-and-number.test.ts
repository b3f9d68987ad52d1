import { runRingtrue } from '../cli/run-ringtrue';
import { addNumber } from '../stand-in/add-number';
import { makeProject } from '../stand-in/make-project';
import { startTwilio } from '../stand-in/start-twilio';
import { readCommands } from './readme-commands';

test('deploy, point the number, text it, see the result, restore the number', async () => {
  const twilio = await startTwilio();
  const project = makeProject(twilio);
  try {
    const phone = addNumber(twilio, '+15551234567');
    const before = { ...phone };
    const run = (command: string) => {
      const args = command
        .replace(/^npm run /, '')
        .replace(' --', '')
        .split(' ');
      return runRingtrue([...args, '--yes'], { cwd: project.dir, env: twilio.environment });
    };
    const [deploy = '', point = '', takeBack = ''] = readCommands('Deploy it');

    const deployed = await run(deploy);
    expect(deployed.code).toBe(0);
    // What the deploy names next is what the README says, with the URL that the README cannot know.
    const next = /^next: (npm run number -- \+15551234567) --url (https:\S+)\/sms\/incoming$/m.exec(
      deployed.stdout,
    );
    expect(next?.[1]).toBe(point);
    const site = next?.[2] ?? '';
    const pointed = await run(point);
    expect(pointed.code).toBe(0);
    expect(phone.sms_url).toBe(`${site}/sms/incoming`);

    const results = async () => JSON.parse((await twilio.visit(`${site}/results`)).body).sessions[0].count;
    expect(await results()).toBe(0);
    const answer = await twilio.text('+15551234567', 'KEYNOTE 5 loved it');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<Message>');
    expect(await results()).toBe(1);
    const forged = await twilio.visit(`${site}/sms/incoming?Body=KEYNOTE%201`);
    expect(forged).toEqual({
      status: 403,
      body: 'Unauthorized - you are not authenticated to perform this request',
    });
    expect(await results()).toBe(1);

    expect(/^To restore: (.*)$/m.exec(pointed.stdout)?.[1]).toBe(takeBack);
    const restored = await run(takeBack);
    expect(restored.code).toBe(0);
    expect(phone).toEqual(before);
  } finally {
    project.remove();
    await twilio.close();
  }
});
