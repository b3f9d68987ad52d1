type Callback = (error?: unknown, payload?: unknown) => void;
type Handler = (context: unknown, event: unknown, callback: Callback) => unknown;

/** Hears what a handler did wrong. Made anew for each call, so that it knows whose request it was. */
export interface HandlerObserver {
  /** It called back; from here on its request has an answer. */
  calledBack(): void;
  failed(how: 'threw' | 'rejected' | 'callback', error: unknown): void;
  /** Its promise has resolved before it called back: it never will. */
  returnedWithoutCallback(): void;
  /** It is no asynchronous function and has returned before it called back: whoever still holds `callback` may call it. */
  returnedEarly(callback: WeakRef<object>): void;
  calledBackTwice(): void;
}

const wrappedHandlers = new WeakSet<object>();

/**
 * Makes a handler safe to run in a process that others share: whatever it throws, rejects with or passes to its callback
 * becomes a 500 without a stack, only its first callback counts, and a number or boolean is sent as JSON, as Twilio's
 * documentation has it (https://www.twilio.com/docs/serverless/functions-assets/functions/invocation), where the local
 * runtime takes the number for a status and dies. An answer that would break the connection it travels on (a status below
 * 200, `Transfer-Encoding`) is an error or loses that header.
 */
export function wrapHandler(handler: Handler, observe: () => HandlerObserver): Handler {
  const wrapped: Handler = (context, event, callback) => {
    const observer = observe();
    let answered = false;

    const fail = (how: 'threw' | 'rejected' | 'callback', error: unknown): void => {
      try {
        observer.failed(how, error);
      } catch {
        // Nobody hears of it, but the request is answered: Twilio's runtime would send this error's stack to the caller.
      }
      if (answered && how !== 'callback') return;
      answered = true;
      observer.calledBack();
      callback(null, failure());
    };
    const once: Callback = (error, payload) => {
      if (answered) {
        observer.calledBackTwice();
        return;
      }
      answered = true;
      if (error) {
        fail('callback', error);
        return;
      }
      try {
        callback(null, sendable(payload));
        observer.calledBack();
      } catch (unsendable) {
        fail('callback', unsendable);
      }
    };

    try {
      const result = handler(context, event, once);
      if (isThenable(result)) {
        // Resolving it first: a thenable of another library may call both, twice, or throw.
        Promise.resolve(result).then(
          () => {
            if (!answered) observer.returnedWithoutCallback();
          },
          (error) => fail('rejected', error),
        );
      } else if (!answered) observer.returnedEarly(new WeakRef(once));
    } catch (error) {
      fail('threw', error);
    }
  };
  wrappedHandlers.add(wrapped);
  return wrapped;
}

/** Whether `wrapHandler` made it. */
export function isWrapped(handler: object): boolean {
  return wrappedHandlers.has(handler);
}

function failure(): unknown {
  return new Twilio.Response()
    .setStatusCode(500)
    .appendHeader('Content-Type', 'text/plain')
    .setBody('Internal Server Error');
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function';
}

// They speak of one connection (RFC 9110, 7.6.1), and the one to the caller is not the handler's.
const hopByHop = /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

function sendable(payload: unknown): unknown {
  if (payload instanceof Twilio.Response) return withoutHopByHop(payload);
  if (typeof payload !== 'number' && typeof payload !== 'boolean') return payload;
  return new Twilio.Response()
    .setStatusCode(200)
    .appendHeader('Content-Type', 'application/json')
    .setBody(JSON.stringify(payload));
}

function withoutHopByHop(response: InstanceType<typeof Twilio.Response>): unknown {
  const { statusCode, headers } = response as unknown as { statusCode: unknown; headers?: object };
  if (Number(statusCode) < 200) throw new RangeError(`${statusCode} is not the status of an answer`);
  for (const name of Object.keys(headers ?? {})) {
    if (headers && hopByHop.test(name)) Reflect.deleteProperty(headers, name);
  }
  return response;
}
