import pc from 'picocolors';
import { applyUpdates, UpdateFault } from '../number/apply-updates';
import { FormerValues } from '../number/former-values';
import { withoutPassword } from '../number/lint-webhook-url';
import { planChange, planRestore, type Route, type Target, type Update } from '../number/plan-change';
import { type Found, findRouting, type NumberAccount } from '../number/read-routing';
import { effectiveWebhook, type Routing } from '../number/routing';
import { TwilioFault } from '../twilio/twilio-api';
import { choose, confirmChange } from './ask';
import { chooseAccounts } from './choose-accounts';
import { describeNumber, numberAsJson, type PlannedNumber } from './describe-routing';
import type { NumberOptions } from './number';
import { completeTarget, readTarget } from './number-target';
import { dropSilentVoice, probeTarget } from './probe-target';
import { connectToTwilio, type TwilioConnection } from './twilio-connection';
import { UsageFault } from './usage-fault';

/**
 * Points numbers at a webhook, or brings back what they had: plan, probe, ask, apply all or none, read back, probe again.
 * @throws UsageFault, TwilioFault, UpdateFault
 */
export async function setNumbers(numbers: string[], options: NumberOptions): Promise<void> {
  const { data: dataDir, restore, url } = options;
  // What is wrong with the flags is said before what is wrong with the credentials.
  const given = restore || url === undefined ? undefined : readTarget(url, options);
  const twilio = await connectToTwilio({ envFile: options.env, dataDir });
  const asked = restore ? undefined : completeTarget(given, { twilio, options, dataDir });
  const accounts = await chooseAccounts(twilio, options.account);
  const former = new FormerValues(dataDir);
  const found: Found[] = [];
  for (const number of numbers) found.push(await findRouting(number, accounts));
  if (asked?.voice?.takeOver) found.forEach(refuseWithoutCalls);
  const { target, notice } = asked
    ? await dropSilentVoice(asked, found, twilio)
    : { target: undefined, notice: null };
  if (notice !== null) console.error(notice);
  const planned: PlannedNumber[] = [];
  for (const { account, routing } of found) {
    const plan = target
      ? await planner(routing, target, options.route)
      : restorer(former.latest(routing.number.sid), routing);
    const updates = plan(routing).filter((update) => !isPlanned(update, planned));
    planned.push({ account, routing, updates, plan });
  }
  const done = await carryOut(planned, { target, twilio, accounts, former, options });
  if (done === 'refused') process.exitCode = 1;
  if (options.json)
    console.log(JSON.stringify({ changed: done === 'changed', numbers: planned.map(numberAsJson) }, null, 2));
}

async function carryOut(
  planned: PlannedNumber[],
  {
    target,
    twilio,
    accounts,
    former,
    options,
  }: {
    target: Target | undefined;
    twilio: TwilioConnection;
    accounts: NumberAccount[];
    former: FormerValues;
    options: NumberOptions;
  },
): Promise<'changed' | 'unchanged' | 'refused'> {
  const say = options.json ? () => {} : (line: string) => console.log(line);
  for (const one of planned) say(describeNumber(one).join('\n'));
  const passes = async () => {
    const fault = target ? await probeTarget(target, planned, twilio) : null;
    if (fault !== null) console.error(`ringtrue: ${fault}`);
    return fault === null;
  };
  if (!(await passes())) return 'refused';
  if (planned.every(({ updates }) => updates.length === 0)) {
    say('Nothing to change.');
    return 'unchanged';
  }
  if (options.dryRun) return 'unchanged';
  if (!(await confirmChange('Change this at Twilio?', options.yes === true))) return 'refused';
  await change(planned, { accounts, former, restoring: target === undefined });
  await readBack(planned, accounts);
  say(pc.green('Changed, and read back from Twilio.'));
  if (target) say(`To restore: ${restoreCommand(planned, options)}`);
  if (!(await passes())) process.exitCode = 1;
  return 'changed';
}

function refuseWithoutCalls({ routing: { number } }: Found): void {
  if (!number.takesCalls) throw new UsageFault(`${number.phoneNumber} takes no calls: leave --voice out.`);
  if (number.trunkSid) {
    throw new UsageFault(
      `The SIP trunk ${number.trunkSid} takes the calls of ${number.phoneNumber}: take the number out of it, or leave --voice out.`,
    );
  }
}

async function planner(
  routing: Routing,
  target: Target,
  given: Route | undefined,
): Promise<(routing: Routing) => Update[]> {
  const { service, number } = routing;
  if (!service || service.useInboundWebhookOnNumber) return (now) => planChange(now, target);
  const route =
    given ??
    (await choose<Route>(
      `${number.phoneNumber} is in the Messaging Service "${service.name}", which decides where its texts go.`,
      {
        flag: '--route',
        options: [
          { value: 'service', label: 'set the URL of the service, for all its numbers' },
          { value: 'number', label: "make the service use each number's own URL" },
        ],
      },
    ));
  return (now) => planChange(now, target, route);
}

function restorer(latest: Update[] | undefined, { number }: Routing): (routing: Routing) => Update[] {
  if (latest) return (now) => planRestore(now, latest);
  throw new TwilioFault(
    `Nothing to restore for ${number.phoneNumber}: this checkout has not changed it.`,
    0,
    null,
  );
}

// Two numbers of one Messaging Service share its update.
function isPlanned(update: Update, planned: PlannedNumber[]): boolean {
  return planned.some((one) => one.updates.some(({ url }) => url === update.url));
}

async function change(
  planned: PlannedNumber[],
  { accounts, former, restoring }: { accounts: NumberAccount[]; former: FormerValues; restoring: boolean },
): Promise<void> {
  const changed = planned.filter(({ updates }) => updates.length > 0);
  const forget = () => {
    for (const { routing } of changed) former.drop(routing.number.sid);
  };
  if (!restoring)
    for (const { routing, updates } of changed) former.push(routing.number.sid, updates, new Date());
  const clients = new Map(accounts.map(({ accountSid, client }) => [accountSid, client]));
  const interrupted = new AbortController();
  // Once: the second Ctrl-C ends the command as it stands.
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const updates = changed.flatMap((one) => one.updates);
    await applyUpdates(updates, clients, interrupted.signal);
  } catch (error) {
    if (!restoring && error instanceof UpdateFault && error.leftChanged.length === 0) forget();
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  if (restoring) forget();
}

async function readBack(planned: PlannedNumber[], accounts: NumberAccount[]): Promise<void> {
  for (const one of planned) {
    const { phoneNumber } = one.routing.number;
    one.routing = (await findRouting(phoneNumber, accounts)).routing;
    if (one.plan(one.routing).length === 0) continue;
    const { url } = effectiveWebhook(one.routing);
    throw new TwilioFault(
      `Twilio says that the texts of ${phoneNumber} go to ${withoutPassword(url) || 'nowhere'}, and not all of the change is there: somebody else changed it meanwhile.`,
      0,
      null,
    );
  }
}

function restoreCommand(planned: PlannedNumber[], { env, account, data }: NumberOptions): string {
  const numbers = planned
    .filter(({ updates }) => updates.length > 0)
    .map((one) => one.routing.number.phoneNumber);
  const flags = [
    ...(account ? ['--account', account] : []),
    ...(env ? ['--env', env] : []),
    ...(data.endsWith('/.ringtrue') ? [] : ['--data', data]),
  ];
  return ['npm run number --', ...numbers, '--restore', ...flags].join(' ');
}
