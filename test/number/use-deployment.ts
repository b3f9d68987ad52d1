import { type Run, runRingtrue } from '../cli/run-ringtrue';
import { addNumber } from '../stand-in/add-number';
import { makeProject, type Project } from '../stand-in/make-project';
import { type Call, startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import type { PhoneNumber } from '../stand-in/twilio-account';

/** A deployed project, and a phone number that is as bought at the beginning of each test. */
export interface Deployment {
  twilio: TwilioStandIn;
  project: Project;
  /** `/sms/incoming` and `/sms/fallback` of what is deployed. */
  webhook: string;
  fallback: string;
  /** +15550001111 */
  phone: PhoneNumber;
  /** Runs `ringtrue number` in the project. */
  number(...args: string[]): Promise<Run>;
  /** Requests that changed something since the test began. */
  changes(): Call[];
}

/** One deployment for all tests of a file: what they change are numbers. Its fields are there once a test runs. */
export function useDeployment(): Deployment {
  const at = {
    number: (...args: string[]) =>
      runRingtrue(['number', ...args], { cwd: at.project.dir, env: at.twilio.environment }),
    changes: () => at.twilio.calls.filter(({ method }) => method === 'POST'),
  } as Deployment;

  beforeAll(async () => {
    at.twilio = await startTwilio();
    at.project = makeProject(at.twilio);
    const deploy = ['deploy', '--yes', '--json'];
    const { stdout } = await runRingtrue(deploy, { cwd: at.project.dir, env: at.twilio.environment });
    at.webhook = `https://${JSON.parse(stdout).domain}/sms/incoming`;
    at.fallback = at.webhook.replace('incoming', 'fallback');
  });

  beforeEach(() => {
    const { state, calls } = at.twilio;
    for (const list of [state.numbers, state.messagingServices, state.applications, calls]) list.length = 0;
    at.twilio.stopFailing();
    at.phone = addNumber(at.twilio, '+15550001111');
  });

  afterAll(async () => {
    at.project.remove();
    await at.twilio.close();
  });
  return at;
}
