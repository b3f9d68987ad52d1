import { BundleFault } from '../bundle/build-bundle';
import { UpdateFault } from '../number/apply-updates';
import { ConfigFault } from '../storage/config-fault';
import { StoreUnavailable } from '../storage/rating-store';
import { TwilioFault } from '../twilio/twilio-api';
import { UsageFault } from './usage-fault';

/**
 * Ends the program for an error that reached the top: a sentence for what the user can change (exit code 2 for wrong
 * usage or configuration, 1 for sources that do not compile, what Twilio refuses and a store that is away), a stack for our
 * own bugs.
 */
export function endWith(error: unknown): void {
  if (error instanceof UsageFault || error instanceof ConfigFault) {
    console.error(`ringtrue: ${error.message}`);
    process.exitCode = 2;
  } else if (
    error instanceof TwilioFault ||
    error instanceof UpdateFault ||
    error instanceof StoreUnavailable
  ) {
    console.error(`ringtrue: ${error.message}`);
    process.exitCode = 1;
  } else if (error instanceof BundleFault) {
    for (const message of error.messages) console.error(`ringtrue: ${message}`);
    process.exitCode = 1;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
