import { BundleFault } from '../bundle/build-bundle';
import { ProjectFault } from '../emulator/project-fault';
import { UpdateFault } from '../number/apply-updates';
import { ConfigFault } from '../storage/config-fault';
import { StoreUnavailable } from '../storage/rating-store';
import { TwilioFault } from '../twilio/twilio-api';
import { NotConfirmed } from './ask';
import { printFaultAsJson } from './fault-as-json';
import { UsageFault } from './usage-fault';

/**
 * Ends the program for an error that reached the top: a sentence for what the user can change (exit code 2 for wrong
 * usage, configuration or files, 1 for sources that do not compile, what Twilio refuses, a store that is away and a change that
 * nobody confirmed), a stack for our own bugs. With --json standard output says it, too.
 */
export function endWith(error: unknown): void {
  const fileFault = describeFileFault(error);
  if (fileFault !== null) tell([fileFault], 2);
  else if (error instanceof UsageFault || error instanceof ConfigFault || error instanceof ProjectFault)
    tell([error.message], 2);
  else if (
    error instanceof TwilioFault ||
    error instanceof UpdateFault ||
    error instanceof StoreUnavailable ||
    error instanceof NotConfirmed
  )
    tell([error.message], 1);
  else if (error instanceof BundleFault) tell(error.messages, 1);
  else {
    console.error(error);
    printFaultAsJson(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function tell(sentences: readonly string[], exitCode: 1 | 2): void {
  for (const sentence of sentences) console.error(`ringtrue: ${sentence}`);
  printFaultAsJson(sentences.join('\n'));
  process.exitCode = exitCode;
}

const fileFaults: Record<string, string> = {
  EACCES: 'you may not read or write it',
  EPERM: 'you may not read or write it',
  EROFS: 'it is on a file system that cannot be written',
  ENOSPC: 'the disk is full',
  ENOENT: 'it is not there',
  EEXIST: 'something else is in its place',
  ENOTDIR: 'a part of it is a file and no folder',
  EISDIR: 'it is a folder and no file',
};

// What the operating system says of a file is the user's to mend, whatever we wanted with it.
function describeFileFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code = '', path: file, message } = error as NodeJS.ErrnoException;
  const words = fileFaults[code];
  if (words === undefined) return null;
  // Reading tells no path.
  return `${file ?? message}: ${words}.`;
}
