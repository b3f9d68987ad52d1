import { timingSafeEqual } from 'node:crypto';

/** A request as a web framework hands it to the application. */
export interface AppRequest {
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string | undefined>;
  body: string;
}

export interface AppAnswer {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}

export interface RatingAppOptions {
  /** `user:password` that the webhook's URL carries; `null`: nobody is asked. */
  basic: string | null;
  /** Takes each MessageSid once, and only messages that have one, from somebody. */
  exactlyOnce: boolean;
}

const secret = 'the event, for nobody but the event';

/**
 * The rating application of an honest developer in a hurry: it believes what reaches it. Attacked with each protection
 * switched on and off, it shows what each is worth; ringtrue's own functions are not so trusting.
 */
export class RatingApp {
  readonly #options: RatingAppOptions;
  readonly #votes = new Map<string, number>();
  readonly #seen = new Set<string>();

  constructor(options: RatingAppOptions) {
    this.#options = options;
  }

  /** The votes as text: equal when nothing was added, changed or taken away. */
  votes(): string {
    return JSON.stringify([...this.#votes].toSorted());
  }

  reset(): void {
    this.#votes.clear();
    this.#seen.clear();
  }

  /** Whether an answer gave away what was private. */
  static leaks(body: string): boolean {
    return body.includes(secret);
  }

  answer(request: AppRequest): AppAnswer {
    const [path = '', query = ''] = request.target.split(/\?(.*)/s);
    // Files are served as Twilio's local tool serves functions: private is a name, not a rule.
    if (/\/(?:event(?:\.private)?\.json|\.env)$/.test(path))
      return { status: 200, type: 'application/json', body: secret };
    if (!path.endsWith('/sms/incoming')) return { status: 404, type: 'text/plain', body: 'Not Found' };
    const { basic } = this.#options;
    if (basic !== null && !isAuthorized(request.headers.authorization, basic)) {
      return {
        status: 401,
        type: 'text/plain',
        body: 'Unauthorized',
        headers: { 'www-authenticate': 'Basic realm="sms"' },
      };
    }
    this.#take({ ...fieldsOf(query), ...readBody(request) });
    return { status: 200, type: 'text/xml', body: '<Response><Message>Thanks!</Message></Response>' };
  }

  #take(event: Record<string, unknown>): void {
    if (this.#options.exactlyOnce) {
      const { MessageSid: sid, From: from } = event;
      if (typeof sid !== 'string' || !/^(?:SM|MM)[0-9a-f]{32}$/.test(sid)) return;
      if (typeof from !== 'string' || !/^\+[1-9]\d{6,14}$/.test(from)) return;
      if (this.#seen.has(sid)) return;
      this.#seen.add(sid);
    }
    const score = /[1-5]/.exec(asText(event.Body))?.[0];
    if (score) this.#votes.set(asText(event.From), Number(score));
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function fieldsOf(form: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(form)) {
    const former = fields[name];
    fields[name] = former === undefined ? value : [former, value].flat();
  }
  return fields;
}

function readBody({ headers, body }: AppRequest): Record<string, unknown> {
  if (!headers['content-type']?.includes('json')) return fieldsOf(body);
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isAuthorized(header: string | undefined, pair: string): boolean {
  const expected = Buffer.from(`Basic ${Buffer.from(pair).toString('base64')}`);
  const given = Buffer.from(header ?? '');
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}
