import type { Send } from '../number/probe-webhook';

/** Milliseconds; longer than a Function may take. */
const patience = 12_000;

/** Makes what sends single requests, through a proxy where HTTP_PROXY names one, and follows no redirect. */
export async function makeSender(): Promise<Send> {
  // 200 ms to load, so only for the commands that need it.
  const { default: twilio } = await import('twilio');
  const requests = new twilio.RequestClient({ keepAlive: false });
  return async ({ method, url, headers, form }) => {
    const answer = await requests.request({
      method: method === 'GET' ? 'get' : 'post',
      uri: url,
      headers: { ...headers, ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }) },
      ...(form && { data: form }),
      timeout: patience,
    });
    const received = answer.headers as Record<string, unknown>;
    return {
      status: answer.statusCode,
      contentType: String(received['content-type'] ?? ''),
      body: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body),
      headers: received,
    };
  };
}
