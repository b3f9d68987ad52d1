import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import pc from 'picocolors';
import { type Comparison, compareTally, type Results, readResults } from '../emulator/crowd/compare-tally';
import { planAgain } from '../emulator/crowd/plan-again';
import { calm, chaotic } from '../emulator/crowd/plan-chaos';
import { expectTally, type PlannedPhone, type PlannedText, planCrowd } from '../emulator/crowd/plan-crowd';
import { type CrowdReport, percentile, runCrowd } from '../emulator/crowd/run-crowd';
import { fetchJson } from '../emulator/fetch-json';
import type { Webhook } from '../emulator/phone/messaging';
import { replyTexts } from '../rating/reply-texts';
import { readWhole } from './option-values';
import { ProgressBar } from './progress-bar';
import { UsageFault } from './usage-fault';
import { webhookCredentials } from './webhook-credentials';
import { besideWebhook, type ChosenWebhook, chooseWebhook, isOnThisMachine } from './webhook-option';

/** What senders are told whose rating could not be saved, in all languages, unless an event has other words for it. */
const apologies = new Set(Object.values(replyTexts).map(({ tryLater }) => tryLater));

/** How often they text again at most: a full disk stays full. */
const mostRounds = 5;

interface CrowdFlags {
  url?: string;
  phones: number;
  seconds: number;
  seed: number;
  chaos?: boolean;
  yes?: boolean;
  env?: string;
  data: string;
  json?: boolean;
}

/** `ringtrue crowd`: many phones at once, and the tally compared with what they sent. */
export function crowdCommand(): Command {
  return new Command('crowd')
    .description('Let many phones rate at once, then compare the results with what was sent')
    .option('--phones <number>', 'how many phones', readWhole(1, 100_000), 200)
    .option('--seconds <number>', 'over how long they text', readWhole(1, 3_600), 10)
    .option('--seed <number>', 'the same seed makes the same texts', readWhole(0, 4_294_967_295), 1)
    .option('--chaos', 'deliver much twice, late, out of order and slowly')
    .option('--url <url>', 'the webhook (default: /sms/incoming of the running emulator)')
    .option('--yes', 'really vote at an event that is not on this machine')
    .option('--env <file>', 'where ACCOUNT_SID and AUTH_TOKEN are read (default: .env)')
    .option('--data <folder>', 'the data folder of the emulator', '.ringtrue')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 exactly what was sent was counted, 1 something was lost, doubled or misread, 2 wrong usage.',
    )
    .action(crowd);
}

async function crowd(options: CrowdFlags): Promise<void> {
  const dataDir = path.resolve(options.data);
  const chosen = chooseWebhook(options.url, dataDir);
  if (!isOnThisMachine(chosen.url) && !chosen.reroute && !options.yes) {
    throw new UsageFault(
      `${options.phones} made-up ratings would be counted at an event that is not on this machine: add --yes if that is what you want.`,
    );
  }
  const credentials = webhookCredentials(chosen.url, { envFile: options.env, data: options.data });
  const webhook: Webhook = {
    url: chosen.url,
    fallbackUrl: besideWebhook(chosen.url, 'sms/fallback'),
    ...credentials,
    reroute: chosen.reroute,
    ca: chosen.ca,
  };
  const before = await fetchResults(chosen);
  const plan = planFor(before, options);
  const send = async (phones: readonly PlannedPhone[]) => {
    const bar = new ProgressBar(countDeliveries(phones), { silent: options.json === true });
    const unsaved = new Set<PlannedText>();
    const report = await runCrowd(phones, webhook, (_, text, { replies }) => {
      bar.advance();
      if (replies.some(({ body }) => apologies.has(body))) unsaved.add(text);
    });
    bar.end();
    return { report, unsaved };
  };
  const { report, unsaved } = await send(plan);
  let comparison: Comparison | null = null;
  try {
    let after = await waitForResults(chosen);
    let phones: readonly PlannedPhone[] = plan;
    let again = unsaved;
    for (let round = 0; again.size > 0 && round < mostRounds; round += 1) {
      phones = planAgain(phones, again);
      ({ unsaved: again } = await send(phones));
      after = await waitForResults(chosen);
    }
    comparison = compareTally(before, after, expectTally(plan));
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
    console.error(pc.red(`ringtrue: what was counted is not known, because ${error.message}`));
  }
  const { latencies, ...counts } = report;
  const summary = {
    phones: options.phones,
    seed: options.seed,
    ...counts,
    codes: Object.fromEntries(report.codes),
    refusals: Object.fromEntries(report.refusals),
    repeated: unsaved.size,
    latency: latencyOf(latencies),
    ...comparison,
  };
  console.log(
    options.json
      ? JSON.stringify(summary, null, 2)
      : describe(options, report, unsaved.size, comparison).join('\n'),
  );
  if (!comparison || comparison.lost + comparison.doubled + comparison.misread + report.failed > 0)
    process.exitCode = 1;
}

function countDeliveries(phones: readonly PlannedPhone[]): number {
  return phones.flatMap(({ texts }) => texts).reduce((count, { copies }) => count + 1 + copies.length, 0);
}

function planFor(results: Results, { phones, seconds, seed, chaos }: CrowdFlags): PlannedPhone[] {
  const sessions = results.sessions.filter(({ state }) => state === 'open').map(({ keyword }) => keyword);
  if (sessions.length === 0)
    throw new UsageFault('No session of the event is open: nothing would be counted.');
  return planCrowd({
    phones,
    seconds,
    seed,
    sessions,
    chaos: chaos ? chaotic : calm,
    // Other phones at every run, so that each of them votes for the first time.
    firstPhone: 10_000 + Math.floor(Math.random() * 8_000_000),
  });
}

async function fetchResults({ resultsUrl, ca }: ChosenWebhook): Promise<Results> {
  const shown = resultsUrl.replace(/\/\/[^/?#]*@/, '//');
  let answer: unknown;
  try {
    answer = await fetchJson(resultsUrl, { ca });
  } catch (error) {
    throw new UsageFault(
      `${shown} does not answer (${error instanceof Error ? error.message : error}): start the event, or check --url.`,
    );
  }
  const read = readResults(answer);
  if (!read) throw new UsageFault(`${shown} is not the results of a rating event: check --url.`);
  return read;
}

/** A store that was away needs a while, a pooler before it up to 15 seconds. @throws as `fetchResults` does, after a minute */
async function waitForResults(chosen: ChosenWebhook): Promise<Results> {
  const deadline = performance.now() + 60_000;
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetchResults(chosen);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      if (tries === 0) console.error('the results do not answer; waiting for a minute at most …');
      await wait(500);
    }
  }
}

function latencyOf(latencies: number[]): { p50: number; p95: number; p99: number; max: number } {
  const at = (share: number) => Math.round(percentile(latencies, share) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function describe(
  options: CrowdFlags,
  report: CrowdReport,
  repeated: number,
  comparison: Comparison | null,
): string[] {
  const { p50, p95, p99, max } = latencyOf(report.latencies);
  const list = (counts: Map<number, number>) =>
    [...counts].map(([key, count]) => `${key} × ${count}`).join(', ');
  return [
    `${options.phones} phones, seed ${options.seed}: ${report.sent} deliveries, ${report.failed} failed, ${report.rescued} taken by the fallback only`,
    ...(report.codes.size > 0 ? [`Twilio would have noted: ${list(report.codes)}`] : []),
    ...(report.refusals.size > 0 ? [`answers other than 2xx: ${list(report.refusals)}`] : []),
    ...(report.refusals.has(429)
      ? ['429 is what Functions say to more than 30 at once: let them come over more --seconds']
      : []),
    `latency in ms: half below ${p50}, 95 % below ${p95}, 99 % below ${p99}, longest ${max}`,
    ...(repeated > 0 ? [`told that their rating could not be saved, and texted again: ${repeated}`] : []),
    ...(comparison ? describeComparison(comparison) : []),
  ];
}

function describeComparison({ expected, counted, lost, doubled, misread }: Comparison): string[] {
  const verdict = `lost ${lost}, doubled ${doubled}, misread ${misread}`;
  return [
    `ratings: ${expected} sent, ${counted} counted`,
    lost + doubled + misread === 0 ? pc.green(verdict) : pc.red(verdict),
  ];
}
