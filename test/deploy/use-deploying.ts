import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Run, runRingtrue } from '../cli/run-ringtrue';
import { makeProject, type Project } from '../stand-in/make-project';
import { type Call, startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';
import type { Environment, Service } from '../stand-in/twilio-account';

/** A project that is new at the beginning of each test, beside a Twilio that knows nothing of it yet. */
export interface Deploying {
  twilio: TwilioStandIn;
  project: Project;
  /** Begins the test with one deploy of the project already done. */
  beginDeployed(): void;
  deploy(...flags: string[]): Promise<Run>;
  /** The same with its process at hand, and with a folder for temporary files of its own, to see what is left in it. */
  deployWith(onStart: (child: ChildProcess) => void, ...flags: string[]): Promise<Run>;
  /** Requests that changed something since the test began. */
  changes(): Call[];
  /** `.env` of the project. */
  readEnvironment(): string;
  breakWebhook(): void;
  /** What is deployed. */
  environment(): Environment | undefined;
  activeBuild(): string | null | undefined;
}

/** One Twilio for all tests of a file. Its fields are there once a test runs. */
export function useDeploying(): Deploying {
  /** What one deploy of the project left at Twilio and in `.env`. */
  let working: { services: Service[]; env: string };
  const at = {
    beginDeployed: () => {
      at.twilio.state.services.push(...structuredClone(working.services));
      at.project.write('.env', working.env);
    },
    deploy: (...flags) =>
      runRingtrue(['deploy', '--yes', ...flags], { cwd: at.project.dir, env: at.twilio.environment }),
    deployWith: (onStart, ...flags) => {
      const env = {
        ...at.twilio.environment,
        TMPDIR: mkdtempSync(path.join(at.project.dir, 'temporary-')),
      };
      return runRingtrue(['deploy', '--yes', ...flags], { cwd: at.project.dir, env, onStart });
    },
    changes: () => at.twilio.calls.filter(({ method }) => method !== 'GET'),
    readEnvironment: () => readFileSync(path.join(at.project.dir, '.env'), 'utf8'),
    breakWebhook: () =>
      at.project.write(
        'functions/sms/incoming.protected.js',
        "exports.handler = () => { throw new Error('broken'); };\n",
      ),
    environment: () => at.twilio.state.services[0]?.environments[0],
    activeBuild: () => at.environment()?.build_sid,
  } as Deploying;

  beforeAll(async () => {
    at.twilio = await startTwilio();
    at.project = makeProject(at.twilio);
    await at.deploy();
    working = { services: at.twilio.state.services.splice(0), env: at.readEnvironment() };
    at.project.remove();
  });

  beforeEach(() => {
    at.project = makeProject(at.twilio);
    at.twilio.calls.length = 0;
  });

  afterEach(() => {
    at.project.remove();
    at.twilio.state.services.length = 0;
    at.twilio.stopFailing();
  });

  afterAll(() => at.twilio.close());
  return at;
}
