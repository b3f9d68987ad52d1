import { execFile } from 'node:child_process';
import path from 'node:path';
import { runRingtrue } from '../cli/run-ringtrue';
import { makeProject } from '../stand-in/make-project';
import { startTwilio } from '../stand-in/start-twilio';

const program = path.join(__dirname, '..', '..', 'node_modules', 'twilio-run', 'bin', 'twilio-run.js');

// `twilio serverless:deploy` is this tool as a plugin of Twilio's CLI.
test("Twilio's own tool deploys the same with the same settings, and our command takes it from there", async () => {
  const twilio = await startTwilio();
  const project = makeProject(twilio);
  try {
    const ringtrue = (...args: string[]) => runRingtrue(args, { cwd: project.dir, env: twilio.environment });
    expect((await ringtrue('build')).code).toBe(0);
    const code = await new Promise((resolve) => {
      const env = { ...process.env, ...twilio.environment };
      execFile(process.execPath, [program, 'deploy'], { cwd: project.dir, env }, (error) =>
        resolve(error === null ? 0 : error.code),
      );
    });
    expect(code).toBe(0);
    const service = twilio.state.services[0];
    const plain = service?.builds[0];
    expect(service?.unique_name).toBe('ringtrue');
    expect(plain).toMatchObject({ status: 'completed', runtime: 'node22' });
    const site = `https://${service?.environments[0]?.domain_name}`;
    expect((await twilio.visit(`${site}/sms/incoming`)).status).toBe(403);
    expect((await twilio.visit(`${site}/results`)).status).toBe(200);

    expect((await ringtrue('deploy', '--yes')).code).toBe(0);
    expect(twilio.state.services).toHaveLength(1);
    const describe = (versions = plain?.versions) =>
      versions?.map((one) => [one.path, one.visibility]).sort();
    expect(describe(service?.builds[1]?.versions)).toEqual(describe());
    expect(service?.builds[1]?.dependencies).toEqual(plain?.dependencies);
  } finally {
    project.remove();
    await twilio.close();
  }
}, 60_000);
