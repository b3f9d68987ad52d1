/**
 * A thousand viewers at rest (each asks every five seconds, so 200 questions a second) at the edge here, while people text:
 * how long an answer takes, how many of a service's 30 places that needs, and whether a text is lost. In the same run the same
 * questions without what the page says of age and tag. Exits 1 when a viewer is refused or a text is lost.
 *
 * Run: npx tsx bench/viewers.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon, { type Result } from 'autocannon';
import { sendRaw } from '../test/send-raw';
import { signText } from '../test/sign-text';
import { type StartedRingtrue, startRingtrue } from '../test/start-ringtrue';

const viewers = 1000;
const rate = viewers / 5;
const seconds = 10;
const textsBefore = 300;
const textsDuring = 100;
const places = 30;

let sent = 0;

/** @returns whether the rating was counted */
async function text(ringtrue: StartedRingtrue): Promise<boolean> {
  sent += 1;
  const from = `+1555${String(sent).padStart(7, '0')}`;
  const sid = `SM${sent.toString(16).padStart(32, '0')}`;
  const body = `KEYNOTE ${1 + (sent % 5)} a comment of some length, number ${sent}`;
  const answer = await sendRaw(ringtrue.url, signText(ringtrue, { body, sid, change: { From: from } }));
  return answer.status === 200;
}

async function watch(ringtrue: StartedRingtrue, headers: Record<string, string>) {
  const watching = autocannon({
    url: `${ringtrue.url}/results`,
    connections: 20,
    overallRate: rate,
    duration: seconds,
    headers,
  });
  let lost = 0;
  for (let one = 0; one < textsDuring; one += 1) {
    if (!(await text(ringtrue))) lost += 1;
    await new Promise((resolve) => setTimeout(resolve, (seconds * 900) / textsDuring));
  }
  return { result: await watching, lost };
}

function report(name: string, { result, lost }: { result: Result; lost: number }): string[] {
  const { average, p50, p99 } = result.latency;
  // Little's law: how many are under way is how often they come times how long they take.
  const needed = (rate * average) / 1000;
  console.log(
    `${name}: ${result.requests.average.toFixed(0)} answers a second, p50 ${p50} ms, p99 ${p99} ms, ${needed.toFixed(1)} of ${places} places, ` +
      `${(result.throughput.average / result.requests.average / 1000).toFixed(1)} kB each; ${result['4xx'] + result['5xx'] + result.errors} refused, ${lost} of ${textsDuring} texts lost`,
  );
  return [
    ...(result['4xx'] + result['5xx'] + result.errors > 0 ? [`${name}: viewers were refused`] : []),
    ...(lost > 0 ? [`${name}: texts were lost`] : []),
  ];
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ringtrue-viewers-'));
  const ringtrue = await startRingtrue(folder);
  try {
    for (let one = 0; one < textsBefore; one += 1) await text(ringtrue);
    const first = await fetch(`${ringtrue.url}/results`);
    const asPage = { 'cache-control': 'max-age=2', 'if-none-match': first.headers.get('etag') ?? '' };
    const broken = [
      ...report('as the page asks', await watch(ringtrue, asPage)),
      ...report('read anew each time', await watch(ringtrue, {})),
    ];
    for (const fault of broken) console.error(`broken: ${fault}`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await ringtrue.crash();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
