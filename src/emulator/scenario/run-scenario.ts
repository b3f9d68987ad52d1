import { setTimeout as wait } from 'node:timers/promises';
import { type Results, readResults } from '../crowd/compare-tally';
import { type Chaos, planDelivery } from '../crowd/plan-chaos';
import type { SeededRandom } from '../crowd/seeded-random';
import { fetchJson } from '../fetch-json';
import { placeCall } from '../phone/calling';
import { mediaAt } from '../phone/media-at';
import { newSid } from '../phone/message-sid';
import { Messaging, type Webhook } from '../phone/messaging';
import { fictionalNumber, withheldNumber } from '../phone/phone-numbers';
import { describeCall, describeText, findCallFaults, findTextFaults } from './judge-step';
import type { CallStep, ResultsStep, Scenario, Step, TextStep } from './scenario-file';

/** Where a scenario plays. */
export interface Stage {
  webhook: Webhook & { authToken: string };
  resultsUrl: string;
  /** `null`: the clock cannot be set there, and steps that need it are left out. */
  clock: { now(): number; set(at: number): void } | null;
  /** Number of the first phone; names get numbers in the order they come up. */
  firstPhone: number;
  /** How deliveries are disturbed; absent: not at all. */
  chaos?: { chaos: Chaos; random: SeededRandom } | undefined;
}

/** What one step came to. */
export interface StepReport {
  /** The step in a few words. */
  title: string;
  /** What was seen, line by line, in words that are the same wherever the step plays. */
  seen: string[];
  /** What was expected and did not happen. */
  faults: string[];
  skipped: boolean;
}

/** Plays every step, in order. @param onStep called after each */
export async function runScenario(
  { clock, steps }: Scenario,
  stage: Stage,
  onStep: (report: StepReport) => void = () => {},
): Promise<StepReport[]> {
  const play = new Play(stage);
  if (clock !== null) stage.clock?.set(clock);
  await play.begin();
  // A closed session stays closed however long one waits: without its clock, nothing after a clock step means anything.
  let lost = clock !== null && stage.clock === null;
  const reports: StepReport[] = [];
  for (const step of steps) {
    if (step.kind === 'clock' && stage.clock === null) lost = true;
    const report = lost
      ? { title: titleOf(step), seen: [], faults: [], skipped: true }
      : await play.step(step);
    reports.push(report);
    onStep(report);
  }
  return reports;
}

class Play {
  readonly #stage: Stage;
  readonly #messaging: Messaging;
  readonly #phones = new Map<string, string>();
  readonly #sids = new Map<string, string>();
  #before: Results = { sessions: [] };

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#messaging = new Messaging({ clock: () => stage.clock?.now() ?? Date.now() });
  }

  async begin(): Promise<void> {
    this.#before = await this.#fetchResults();
  }

  async step(step: Step): Promise<StepReport> {
    const report: StepReport = { title: titleOf(step), seen: [], faults: [], skipped: false };
    if (step.kind === 'wait') await wait(step.milliseconds);
    if (step.kind === 'clock') this.#setClock(step.to);
    if (step.kind === 'text') await this.#text(step, report);
    if (step.kind === 'call') await this.#call(step, report);
    if (step.kind === 'results') await this.#results(step, report);
    return report;
  }

  #setClock(to: { at: number } | { forward: number }): void {
    const { clock } = this.#stage;
    clock?.set('at' in to ? to.at : clock.now() + to.forward);
  }

  async #text(step: TextStep, report: StepReport): Promise<void> {
    const { webhook, chaos } = this.#stage;
    const plan = chaos ? planDelivery(chaos.random, chaos.chaos) : { delay: 0, copies: [], trickle: 0 };
    const text = {
      from: this.#phoneOf(step.from),
      body: step.text,
      channel: step.channel,
      media: step.media.map(mediaAt),
      messageSid: this.#sidOf(step.message, step.media.length > 0 ? 'MM' : 'SM'),
    };
    const send = () =>
      this.#messaging.receive(text, {
        ...webhook,
        authToken: step.unsigned ? null : webhook.authToken,
        trickleMs: plan.trickle,
      });
    await wait(plan.delay);
    const delivery = await send();
    report.seen = describeText(delivery);
    report.faults = findTextFaults(step, delivery);
    const copies = [...plan.copies, ...Array.from({ length: step.copies }, () => 0)];
    for (const copy of await Promise.all(copies.map((after) => wait(after).then(send)))) {
      if (!step.unsigned && !copy.delivered) report.faults.push('a copy was not delivered');
    }
  }

  async #call(step: CallStep, report: StepReport): Promise<void> {
    const { webhook } = this.#stage;
    const url = webhook.url.replace(/[?#].*/s, '').replace(/\/sms\/[^/]*$/, '/voice/incoming');
    const from = step.from === null ? withheldNumber : this.#phoneOf(step.from);
    const delivery = await placeCall({ from, keys: step.call }, { ...webhook, url });
    report.seen = describeCall(delivery);
    report.faults = findCallFaults(step, delivery);
  }

  async #results({ results }: ResultsStep, report: StepReport): Promise<void> {
    const now = await this.#fetchResults();
    for (const [keyword, expected] of Object.entries(results)) {
      const session = now.sessions.find((each) => each.keyword === keyword);
      if (!session) {
        report.seen.push(`${keyword}: not there`);
        report.faults.push(`there is no session ${keyword}`);
        continue;
      }
      const former = this.#before.sessions.find((each) => each.keyword === keyword)?.histogram ?? {};
      const votes = ['1', '2', '3', '4', '5'].map(
        (score) => (session.histogram[score] ?? 0) - (former[score] ?? 0),
      );
      report.seen.push(`${keyword}: ${session.state}, votes ${votes.join(' ')}`);
      if (expected.state !== undefined && expected.state !== session.state) {
        report.faults.push(`${keyword} is ${session.state}, not ${expected.state}`);
      }
      const wanted = ['1', '2', '3', '4', '5'].map((score) => expected.votes?.[score as '1'] ?? 0);
      if (expected.votes !== undefined && wanted.join() !== votes.join()) {
        report.faults.push(`${keyword} grew by ${votes.join(' ')}, not ${wanted.join(' ')} (scores 1 to 5)`);
      }
    }
  }

  async #fetchResults(): Promise<Results> {
    const { resultsUrl, webhook } = this.#stage;
    const results = readResults(await fetchJson(resultsUrl, { ca: webhook.ca }));
    if (!results) throw new Error('it is not the results of a rating event');
    return results;
  }

  #phoneOf(name: string): string {
    const number = this.#phones.get(name) ?? fictionalNumber(this.#stage.firstPhone + this.#phones.size);
    this.#phones.set(name, number);
    return number;
  }

  #sidOf(name: string | undefined, prefix: 'SM' | 'MM'): string {
    if (name === undefined) return newSid(prefix);
    const sid = this.#sids.get(name) ?? newSid(prefix);
    this.#sids.set(name, sid);
    return sid;
  }
}

function titleOf(step: Step): string {
  switch (step.kind) {
    case 'text': {
      const copies = step.copies > 0 ? ` (${step.copies + 1} times)` : '';
      return `${step.from}: ${step.text}${copies}${step.unsigned ? ' (unsigned)' : ''}`;
    }
    case 'call':
      return `${step.from ?? 'somebody'} calls${step.call.length > 0 ? ` and presses ${step.call.join(' ')}` : ''}`;
    case 'results':
      return `results of ${Object.keys(step.results).join(', ')}`;
    case 'wait':
      return `wait ${step.milliseconds} ms`;
    case 'clock':
      return step.written.startsWith('+')
        ? `${step.written.slice(1)} later`
        : `the clock says ${step.written}`;
  }
}
