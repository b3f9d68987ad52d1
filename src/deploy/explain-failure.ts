import { stripVTControlCharacters } from 'node:util';
import type { BuildResource } from './deployment';
import type { ToolEnd } from './run-deploy-tool';

/** Why a deploy failed: what Twilio said, what that means, and what to do. */
export interface Failure {
  said: string;
  meaning: string;
  fix: string;
}

// In the order in which they are tried. Sources: https://www.twilio.com/docs/api/errors and the threads named.
const known: { pattern: RegExp; meaning: string; fix: string }[] = [
  {
    // https://github.com/twilio-labs/serverless-toolkit/issues/538 and 564
    pattern: /No matching version found for @twilio\/runtime-handler/,
    meaning: 'Twilio installs its own @twilio/runtime-handler, and does not have every version that npm has.',
    fix: 'Pin "@twilio/runtime-handler": "2.0.1" in dependencies: both have it.',
  },
  {
    pattern: /No matching version found/,
    meaning: 'Twilio could not install a package of dependencies.',
    fix: 'Check name and version of that package in dependencies.',
  },
  {
    pattern: /At least one Function Version or Asset Version/,
    meaning: 'There was nothing to deploy: dist/functions and dist/assets were empty.',
    fix: 'Check functionsFolder and assetsFolder in .twilioserverlessrc.',
  },
  {
    pattern: /Invalid Serverless Project Structure/,
    meaning: "Twilio's tool wants a folder src, functions or assets in the project.",
    fix: 'Run the command in the folder of the project.',
  },
  {
    pattern: /\b20003\b|Authenticat/,
    meaning: 'Twilio refused the credentials.',
    fix: 'Copy ACCOUNT_SID and AUTH_TOKEN from the Twilio Console.',
  },
  {
    // https://github.com/twilio-labs/serverless-toolkit/issues/162
    pattern: /\b20404\b/,
    meaning: 'Something that the deploy refers to is gone, or belongs to another account or region.',
    fix: 'Delete .twiliodeployinfo and run it again; check serviceSid in .twilioserverlessrc.',
  },
  {
    pattern: /\b20409\b|conflicting|already exists/,
    meaning: 'Somebody else deploys to the same service at this moment, or its name is taken.',
    fix: 'Run it again; if it stays, give another serviceName in .twilioserverlessrc.',
  },
  {
    // https://github.com/twilio-labs/serverless-toolkit/issues/303
    pattern: /\b(?:20429|429)\b|Too Many Requests/i,
    meaning: 'Twilio takes no more requests for now.',
    fix: 'Wait a minute and run it again; with many files set TWILIO_SERVERLESS_API_CONCURRENCY=1.',
  },
  {
    pattern: /\b82006\b|environment.*too (?:big|large)/i,
    meaning: 'The environment variables are too large together: Twilio takes about 3 kB.',
    fix: 'Shorten or remove variables.',
  },
  {
    pattern: /\b82007\b|unsupported runtime/i,
    meaning: 'Twilio no longer takes this version of Node.',
    fix: 'Set "runtime": "node22" in .twilioserverlessrc.',
  },
  {
    pattern: /\bTimeout\b/,
    meaning: 'The build took longer than five minutes.',
    fix: 'Run it again; fewer and smaller dependencies build faster.',
  },
  {
    pattern: /\b(?:ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|50[0-4])\b|Internal Server Error/,
    meaning: "Twilio's API failed or could not be reached.",
    fix: 'Check the network and https://status.twilio.com, then run it again.',
  },
];

const cutShortBy: Record<'interrupted' | 'no answer', Failure> = {
  interrupted: {
    said: 'nothing more, because the deploy was interrupted.',
    meaning: 'Functions and assets that were uploaded are not used without a build.',
    fix: 'Run it again.',
  },
  'no answer': {
    said: 'nothing for ten minutes.',
    meaning: "Twilio's API took a request and did not answer.",
    fix: 'Check the network and https://status.twilio.com, then run it again.',
  },
};

/**
 * Explains the end of Twilio's deploy tool.
 * @param end how it ended
 * @param builds.latest those that the deploy made: a failed one explains why the tool says nothing
 * @param builds.working the one that was active before
 */
export function explainFailure(
  { output, cutShort }: Pick<ToolEnd, 'output' | 'cutShort'>,
  { latest, working }: { latest: BuildResource[]; working: BuildResource | undefined },
): Failure {
  if (cutShort) return cutShortBy[cutShort];
  const said = quoteError(output);
  const failed = latest.find(({ status }) => status === 'failed');
  if (failed && !/Failed API Request/.test(output)) return explainBuild(failed, working);
  const cause = known.find(({ pattern }) => pattern.test(said));
  if (cause) return { said, meaning: cause.meaning, fix: cause.fix };
  return {
    said,
    meaning: "Twilio's tool stopped with this error.",
    fix: 'Look the number up at https://www.twilio.com/docs/api/errors.',
  };
}

// The API gives no reason for a failed build. What differs from the build that worked is the first thing to look at.
function explainBuild(failed: BuildResource, working: BuildResource | undefined): Failure {
  const said = `Build ${failed.sid} failed.`;
  const installs = namesOf(failed);
  const added = installs.filter((one) => !namesOf(working).includes(one));
  if (working && added.length === 0) {
    return {
      said,
      meaning: 'Twilio could not build it, with the same dependencies as the build that worked.',
      fix: 'Run it again; if it stays, ask Twilio support with the sid of the build.',
    };
  }
  return {
    said,
    meaning: working
      ? `Twilio could not build it. New since the build that worked: ${added.join(', ')}.`
      : `Twilio could not build it. It installs: ${installs.join(', ') || 'no dependencies'}.`,
    fix: 'Check that each is on npm in this exact version, without native code and for Node 22; try to install it in an empty folder.',
  };
}

function namesOf(build: BuildResource | undefined): string[] {
  return (build?.dependencies ?? []).map(({ name, version }) => `${name}@${version}`);
}

// The tool frames its errors with bars and breaks their lines. Why an upload failed stands in its debug log, before.
function quoteError(output: string): string {
  const plain = stripVTControlCharacters(output).replace(/^[│|]\s?/gm, '');
  const from = plain.search(/ERROR|Failed API Request|Invalid Serverless/);
  const text = (from === -1 ? plain : plain.slice(from)).replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const said = text.replace(/^ERROR /, '').slice(0, 400) || 'nothing';
  const cause = /Error\]?: (.+)\n/.exec(plain.slice(0, Math.max(0, from)))?.[1];
  return cause ? `${said}: ${cause.slice(0, 200)}` : said;
}
