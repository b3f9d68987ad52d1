import type { Problem } from './problem';
import type { Project } from './project';

/** https://www.twilio.com/docs/serverless/functions-assets/functions/variables; the account's own data share the total. */
const mostBytes = { value: 450, total: 2_700 };

/** What Twilio puts into `context` itself. */
const reserved = ['DOMAIN_NAME', 'SERVICE_SID', 'ENVIRONMENT_SID', 'PATH'];

/** Not deployed: Twilio's tool leaves credentials out, and those of ringtrue's commands stay here. */
const local = ['ACCOUNT_SID', 'AUTH_TOKEN', 'AUTH_TOKEN_SECONDARY', 'PUBLIC_URL', 'RATINGS_FILE', 'PORT'];

/** The shape and the size of what `.env` holds. Names a variable, never its value. */
export function checkEnvironment({ environment }: Project): Problem[] {
  const { file, badLine, variables } = environment;
  return [
    ...(badLine === null ? [] : [{ code: 'variable-line' as const, file, line: badLine }]),
    ...Object.entries(variables).flatMap(([name, value]) => checkVariable(file, name, value)),
    ...checkReserved(file, variables),
    ...checkVariableSizes(variables),
  ];
}

/** Whether Twilio has room for the variables: each, and all together. */
export function checkVariableSizes(variables: Readonly<Record<string, string>>): Problem[] {
  const deployed = Object.entries(variables).filter(([name, value]) => value !== '' && !local.includes(name));
  const problems: Problem[] = [];
  for (const [name, value] of deployed) {
    const bytes = Buffer.byteLength(value);
    if (bytes > mostBytes.value) problems.push({ code: 'variable-size', name, bytes });
  }
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(deployed)));
  if (bytes > mostBytes.total) problems.push({ code: 'variables-size', bytes, count: deployed.length });
  return problems;
}

/** Variables that Twilio, and the emulator, set whatever stands in `file`. */
export function checkReserved(file: string, variables: Readonly<Record<string, string>>): Problem[] {
  return reserved
    .filter((name) => variables[name])
    .map((name) => ({ code: 'variable-reserved', file, name }));
}

/** Quotes and white space that became part of a value. One quote alone may belong to a text, but never to a credential. */
export function checkValue(place: string, name: string, value: string): Problem[] {
  const quotes = [/^["'`“”‘’„«»]/u, /["'`“”‘’«»]$/u].filter((end) => end.test(value.trim())).length;
  const credential = name === 'ACCOUNT_SID' || name === 'AUTH_TOKEN';
  if (quotes === 2 || (quotes === 1 && credential)) return [{ code: 'variable-quotes', place, name }];
  if (value !== value.trim()) return [{ code: 'variable-blanks', place, name }];
  return [];
}

function checkVariable(file: string, name: string, value: string): Problem[] {
  if (value === '') return [];
  if (!/^[A-Za-z_]\w{0,127}$/.test(name)) return [{ code: 'variable-name', file, name: name.slice(0, 40) }];
  return checkValue(file, name, value);
}
