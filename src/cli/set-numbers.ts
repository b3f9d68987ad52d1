import pc from 'picocolors';
import { readDeployed } from '../deploy/deployed-file';
import { applyUpdates, UpdateFault } from '../number/apply-updates';
import { FormerValues } from '../number/former-values';
import { hostOf, withoutPassword } from '../number/lint-webhook-url';
import type { Target, Update } from '../number/plan-change';
import { type Found, findRouting, type NumberAccount } from '../number/read-routing';
import { effectiveWebhook } from '../number/routing';
import { addingTo, TwilioFault } from '../twilio/twilio-api';
import { confirmChange } from './ask';
import { chooseAccounts } from './choose-accounts';
import { describeNumber, numberAsJson, type PlannedNumber } from './describe-routing';
import type { NumberOptions } from './number';
import { completeTarget, readTarget } from './number-target';
import { onInterrupt, orEndSaying } from './on-interrupt';
import { planNumbers, planRestores } from './plan-numbers';
import { dropSilentVoice, probeTarget } from './probe-target';
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
  const asked = restore ? undefined : completeTarget(given, { twilio, options, dataDir });
  const accounts = await chooseAccounts(twilio, options.account);
  const former = new FormerValues(dataDir);
  const found: Found[] = [];
  for (const number of numbers) found.push(await findRouting(number, accounts));
  for (const one of asked?.notices ?? []) console.error(one);
  const { target, notice } = asked
    ? await dropSilentVoice(asked.target, found, twilio)
    : { target: undefined, notice: null };
  const { planned, notices } = target
    ? { planned: await planNumbers(found, target, options.route), notices: notice === null ? [] : [notice] }
    : planRestores(found, (sid) => former.latest(sid));
  for (const one of notices) console.error(one);
  const { changed, fault } = await carryOut(planned, { target, twilio, accounts, former, options });
  if (fault !== null) process.exitCode = 1;
  if (options.json)
    console.log(
      JSON.stringify(
        {
          ...(fault !== null && { error: fault }),
          changed,
          restore: target && changed ? restoreCommand(planned, options) : null,
          numbers: planned.map(numberAsJson),
        },
        null,
        2,
      ),
    );
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
): Promise<{ changed: boolean; fault: string | null }> {
  const say = options.json ? () => {} : (line: string) => console.log(line);
  for (const one of planned) say(describeNumber(one).join('\n'));
  const probe = async () => {
    const fault = target ? await probeTarget(target, planned, twilio) : null;
    if (fault !== null) console.error(`ringtrue: ${fault}`);
    return fault;
  };
  const fault = await probe();
  if (fault !== null) {
    console.error('Nothing was changed.');
    return { changed: false, fault };
  }
  if (planned.every(({ updates }) => updates.length === 0)) {
    say('Nothing to change.');
    // What the latest change replaced is there already: the one before it is the next to restore.
    if (!target && !options.dryRun) forget(former, planned);
    return { changed: false, fault: null };
  }
  if (options.dryRun) return { changed: false, fault: null };
  await confirmChange('Change this at Twilio?', options.yes === true);
  await change(planned, { accounts, former, restoring: target === undefined });
  const restore = restoreCommand(planned, options);
  if (target) say(`To restore: ${restore}`);
  const done = target ? `It was changed; to restore: ${restore}` : 'It was restored.';
  const faultAfter = await orEndSaying(done, async () => {
    await addingTo(readBack(planned, accounts), done);
    say(pc.green('Changed, and read back from Twilio.'));
    return probe();
  });
  if (faultAfter === null && target)
    nextSteps(planned, target, { twilio, dataDir: options.data }).forEach(say);
  return { changed: true, fault: faultAfter };
}

// A deployment begins without a number, and its posters need one.
function nextSteps(
  [first, ...others]: PlannedNumber[],
  { url }: Target,
  { twilio, dataDir }: { twilio: TwilioConnection; dataDir: string },
): string[] {
  const deployed = readDeployed(dataDir, twilio.accountSid);
  const isKnown = Boolean(process.env.EVENT_NUMBER || twilio.variables.EVENT_NUMBER);
  if (!first || others.length > 0 || isKnown || hostOf(url) !== deployed?.domain) return [];
  return [`next, for posters: EVENT_NUMBER=${first.routing.number.phoneNumber} in .env, then npm run deploy`];
}

async function change(
  planned: PlannedNumber[],
  { accounts, former, restoring }: { accounts: NumberAccount[]; former: FormerValues; restoring: boolean },
): Promise<void> {
  const changed = planned.filter(({ updates }) => updates.length > 0);
  if (!restoring)
    for (const { routing, updates } of changed) former.push(routing.number.sid, updates, new Date());
  const clients = new Map(accounts.map(({ accountSid, client }) => [accountSid, client]));
  const interrupted = new AbortController();
  try {
    const gone = await onInterrupt(
      () => interrupted.abort(),
      () =>
        applyUpdates(
          inOrder(changed, restoring),
          clients,
          interrupted.signal,
          ({ resource }) => restoring && resource === 'messaging-service',
        ),
    );
    for (const { name } of gone) console.error(`The ${name} is gone; the rest was restored.`);
  } catch (error) {
    if (!restoring && error instanceof UpdateFault && error.leftChanged.length === 0) forget(former, changed);
    throw error;
  }
  if (restoring) forget(former, planned);
}

function forget(former: FormerValues, numbers: PlannedNumber[]): void {
  for (const { routing } of numbers) former.drop(routing.number.sid);
}

// A Messaging Service uses the URLs of its numbers only while they stand.
function inOrder(changed: PlannedNumber[], restoring: boolean): Update[] {
  const updates = changed.flatMap((one) => one.updates);
  const isService = ({ resource }: Update) => Number(resource === 'messaging-service');
  return updates.sort((one, other) => (isService(one) - isService(other)) * (restoring ? -1 : 1));
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
