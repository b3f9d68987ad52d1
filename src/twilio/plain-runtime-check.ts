import { verify } from '../signature/index';

/**
 * The check for a handler that runs under plain `twilio-run start`, where neither Twilio's platform nor our edge stands in
 * front. Rebuilt from what a handler is given, so narrower than the edge: forms only, and the URL is `PUBLIC_URL` or `http://` +
 * `DOMAIN_NAME` with the path of the function. It covers exactly the fields that the handler sees: a query parameter that a form
 * field hides goes unnoticed and without effect.
 *
 * A handler gets query and form as one. What our own TwiML puts into the query of an action URL is named by the handler, so that it
 * can be put back there; any other query is refused.
 *
 * @param context the first argument of a handler
 * @param event the second one: untrusted, and a field called `request` may have replaced Twilio's own
 * @param queryNames the fields that come in the query, in its order; their values need no encoding there
 * @returns the reason when the request must be refused, else `null`
 */
export function findSignatureFault(
  context: object,
  event: unknown,
  queryNames: readonly string[] = [],
): string | null {
  const { AUTH_TOKEN, PUBLIC_URL, DOMAIN_NAME, PATH } = context as Record<string, unknown>;
  const path = findOwnPath() ?? PATH;
  if (typeof AUTH_TOKEN !== 'string' || AUTH_TOKEN === '') return 'missing-key';
  if (typeof event !== 'object' || event === null) return 'invalid-params';
  const { request, ...fields } = event as { request?: { headers?: Record<string, unknown> } };
  const { query, params } = partQuery(fields, queryNames);
  const base =
    typeof PUBLIC_URL === 'string' && PUBLIC_URL !== ''
      ? PUBLIC_URL.replace(/\/+$/, '')
      : `http://${DOMAIN_NAME}`;
  const result = verify(
    {
      url: `${base}${path}${query}`,
      params: params as Record<string, string>,
      signature: request?.headers?.['x-twilio-signature'] as string | undefined,
    },
    AUTH_TOKEN,
  );
  return result.valid ? null : result.reason;
}

// `context.PATH` is the shell's under `--load-local-env`. A function is one file, which the runtime knows by its path.
function findOwnPath(): string | undefined {
  const own = Object.entries(Runtime.getFunctions()).find(([, { path }]) => path === __filename);
  return own && `/${own[0]}`;
}

function partQuery(
  fields: Record<string, unknown>,
  queryNames: readonly string[],
): { query: string; params: Record<string, unknown> } {
  const params = { ...fields };
  const pairs: string[] = [];
  for (const name of queryNames) {
    const value = params[name];
    if (typeof value !== 'string' || !/^[\w.]+$/.test(value)) continue;
    pairs.push(`${name}=${value}`);
    delete params[name];
  }
  return { query: pairs.length > 0 ? `?${pairs.join('&')}` : '', params };
}
