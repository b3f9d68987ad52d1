/** The user's mistake, said in one sentence that names what to change. Ends a command with exit code 2, without a stack. */
export class UsageFault extends Error {
  override name = 'UsageFault';
}
