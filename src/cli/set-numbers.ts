import pc from 'picocolors';
import { applyUpdates, UpdateFault } from '../number/apply-updates';
import { FormerValues } from '../number/former-values';
import { withoutPassword } from '../number/lint-webhook-url';
import { planChange, planRestore, type Route, type Target, type Update } from '../number/plan-change';
import { probeWebhook } from '../number/probe-webhook';
import { findRouting, type NumberAccount } from '../number/read-routing';
import { effectiveWebhook, type Routing } from '../number/routing';
import { TwilioFault } from '../twilio/twilio-api';
import { choose, confirmChange } from './ask';
import { chooseAccounts } from './choose-accounts';
import { describeNumber, numberAsJson, type PlannedNumber } from './describe-routing';
import type { NumberOptions } from './number';
import { completeTarget, readTarget } from './number-target';
import { connectToTwilio, type TwilioConnection } from './twilio-connection';

/**
 * Points numbers at a webhook, or brings back what they had: plan, probe, ask, apply all or none, read back, probe again.
 * @throws UsageFault, TwilioFault, UpdateFault
 */
export async function setNumbers(numbers: string[], options: NumberOptions): Promise<void> {
  const { data: dataDir, restore, url } = options;
  // What is wrong with the flags is said before what is wrong with the credentials.
  const given = restore || url === undefined ? undefined : readTarget(url, options);
  const twilio = await connectToTwilio({ envFile: options.env, dataDir });
  const target = restore ? undefined : completeTarget(given, { twilio, options, dataDir });
  const accounts = await chooseAccounts(twilio, options.account);
  const former = new FormerValues(dataDir);
  const planned: PlannedNumber[] = [];
  for (const number of numbers) {
    const { account, routing } = await findRouting(number, accounts);
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
  if (target && !(await probePasses(planned, target, twilio))) return 'refused';
  if (planned.every(({ updates }) => updates.length === 0)) {
    say('Nothing to change.');
    return 'unchanged';
  }
  if (options.dryRun) return 'unchanged';
  if (!(await confirmChange('Change this at Twilio?', options.yes === true))) return 'refused';
  await change(planned, { accounts, former, restoring: target === undefined });
  await readBack(planned, accounts);
  say(pc.green('Changed, and read back from Twilio.'));
  if (!target) return 'changed';
  say(`To restore: ${restoreCommand(planned, options)}`);
  if (await probePasses(planned, target, twilio)) return 'changed';
  process.exitCode = 1;
  return 'changed';
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

async function probePasses(
  planned: PlannedNumber[],
  target: Target,
  { send }: TwilioConnection,
): Promise<boolean> {
  const accounts = new Map(planned.map(({ account }) => [account.accountSid, account]));
  for (const { accountSid, authToken } of accounts.values()) {
    for (const url of [target.url, target.fallbackUrl]) {
      const { fault } = await probeWebhook({ url, accountSid, authToken, send });
      if (fault === null) continue;
      console.error(`ringtrue: ${withoutPassword(url)} is not fit for a phone number: ${fault}.`);
      return false;
    }
  }
  return true;
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
  try {
    await applyUpdates(
      changed.flatMap(({ updates }) => updates),
      clients,
    );
  } catch (error) {
    if (!restoring && error instanceof UpdateFault && error.leftChanged.length === 0) forget();
    throw error;
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
