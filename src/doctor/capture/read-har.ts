import * as v from 'valibot';
import type { CapturedRequest } from '../explanation';
import { headerOf } from './absolute-url';
import type { Capture } from './read-capture';

const headers = v.array(v.object({ name: v.string(), value: v.string() }));

/** What is read of an HTTP Archive. http://www.softwareishard.com/blog/har-12-spec/ */
const archive = v.object({
  log: v.object({
    entries: v.array(
      v.object({
        request: v.object({
          method: v.string(),
          url: v.string(),
          headers,
          // What an exporter has not, some write as null.
          postData: v.nullish(
            v.object({
              mimeType: v.nullish(v.string()),
              text: v.nullish(v.string()),
              encoding: v.nullish(v.string()),
              params: v.nullish(v.array(v.object({ name: v.string(), value: v.nullish(v.string()) }))),
            }),
          ),
        }),
      }),
    ),
  }),
});

/** The requests of an archive that carry a Twilio signature. */
export function readHar(value: unknown): Capture {
  const parsed = v.safeParse(archive, value);
  if (!parsed.success)
    return { fault: `This is no complete HAR: see ${v.getDotPath(parsed.issues[0]) ?? 'its log'}.` };
  const requests = parsed.output.log.entries
    .map(({ request }) => readRequest(request))
    .filter(({ signature }) => signature !== undefined);
  return requests.length > 0
    ? { requests }
    : { fault: 'No request of this HAR has an X-Twilio-Signature header.' };
}

type HarRequest = v.InferOutput<typeof archive>['log']['entries'][number]['request'];

function readRequest({ method, url, headers: list, postData }: HarRequest): CapturedRequest {
  const received: Record<string, string[]> = Object.create(null);
  for (const { name, value } of list) received[name] = [...(received[name] ?? []), value];
  const { text, encoding, params, mimeType } = postData ?? {};
  const contentType = received['content-type']?.[0] ?? headerOf(received, 'content-type') ?? mimeType;
  const signature = headerOf(received, 'x-twilio-signature');
  const body = text && encoding === 'base64' ? Buffer.from(text, 'base64') : text;
  return {
    url,
    method,
    contentType: typeof contentType === 'string' ? contentType : contentType?.[0],
    signature,
    headers: received,
    // A viewer that parsed the form may have left only this of it.
    ...(body
      ? { body }
      : params && params.length > 0 && { params: params.map(({ name, value }) => [name, value ?? '']) }),
  };
}
