import { checkConfig } from '../twilio/config';

/**
 * Whether the functions could run with these variables: they are read as the deployed functions will read them.
 * @returns one sentence that names the variable and what to do; empty when all is well
 */
export function checkConfiguration(variables: Record<string, string>, accountSid: string): string[] {
  try {
    checkConfig({ ...variables, ACCOUNT_SID: accountSid }, true);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
