import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { readCapture } from '../doctor/capture/read-capture';
import { explain } from '../doctor/explain';
import { type Framework, frameworkNames } from '../doctor/frameworks';
import { describeExplanation } from './describe-explanation';
import { collect } from './option-values';
import { readSigningKeys } from './signing-keys';
import { UsageFault } from './usage-fault';
import { checkUrl } from './webhook-option';

interface ExplainFlags {
  env?: string;
  url?: string[];
  publicUrl?: string;
  framework?: Framework;
  ask?: boolean;
  data: string;
  json?: boolean;
}

/** `ringtrue doctor explain`: why a captured request does not verify. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('Say why a captured request does not verify, by reproducing its signature')
    .argument('[file]', 'the capture; - or nothing reads standard input')
    .option('--url <url>', 'the webhook as it is configured at Twilio; may be repeated', collect)
    .option('--public-url <url>', 'scheme and host of a capture that has only path and query')
    .addOption(
      new Option('--framework <name>', 'show the fix for this one only').choices(Object.keys(frameworkNames)),
    )
    .option('--env <file>', 'where AUTH_TOKEN and other keys are read (default: .env)')
    .option('--ask', 'ask for the Auth Token, without echo, and check with it')
    .option('--data <folder>', 'the data folder of the emulator, for the demo token', '.ringtrue')
    .option('--json', 'print the explanations as JSON')
    .addHelpText(
      'after',
      '\nReads JSON ({ url, method, headers, body }), HAR, raw HTTP, or a curl command line. The key is AUTH_TOKEN from the\n' +
        'environment or .env, else the demo token where the request was for the emulator; without one you are asked for it.\n' +
        'Neither it nor a signature is ever shown; nothing leaves this machine.\n' +
        'Exit code: 0 explained (or it verifies), 1 not explained, 2 wrong usage.\n\n' +
        'Examples:\n' +
        '  npm run doctor -- explain request.json --url https://example.com/sms/incoming\n' +
        '  pbpaste | npm run -s doctor -- explain --framework express',
    )
    .action(explainCapture);
}

async function explainCapture(file = '-', options: ExplainFlags): Promise<void> {
  const { url: knownUrls = [], publicUrl, framework, env, ask = false } = options;
  for (const url of knownUrls) checkUrl('--url', url);
  if (publicUrl !== undefined) checkUrl('--public-url', publicUrl);
  const capture = readCapture(await readInput(file), { publicUrl });
  if ('fault' in capture) throw new UsageFault(`${file === '-' ? 'Standard input' : file}: ${capture.fault}`);
  const dir = process.cwd();
  const dataDir = path.resolve(dir, options.data);
  const { requests: captured } = capture;
  const { keys, otherKeys, origin } = await readSigningKeys({
    dir,
    envFile: env,
    dataDir,
    requests: captured,
    ask,
  });
  const explained = captured.map((request) => ({
    request,
    explanation: explain(request, keys, { knownUrls, otherKeys }),
  }));
  const isExplained = explained.every(
    ({ explanation: { causes, reason } }) => reason === null || causes.length > 0,
  );
  if (options.json) {
    const requests = explained.map(({ explanation }) => ({
      verifies: explanation.reason === null,
      ...explanation,
    }));
    console.log(JSON.stringify({ explained: isExplained, key: origin, requests }, null, 2));
  } else {
    console.log(`checked with ${origin}\n`);
    for (const { request, explanation } of explained)
      console.log(describeExplanation(request, explanation, framework));
  }
  if (!isExplained) process.exitCode = 1;
}

async function readInput(file: string): Promise<Uint8Array> {
  if (file !== '-') {
    try {
      return readFileSync(file);
    } catch {
      throw new UsageFault(`The capture ${file} cannot be read: check the path.`);
    }
  }
  if (process.stdin.isTTY) console.error('Paste the request, then end with Ctrl-D on a line of its own.');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
