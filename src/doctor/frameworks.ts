/** Where webhooks are received; the fix of a cause may differ. */
export const frameworkNames = {
  express: 'Express',
  fetch: 'Next.js and other Fetch servers',
  fastify: 'Fastify',
  lambda: 'AWS Lambda',
  functions: 'Twilio Functions',
} as const;

export type Framework = keyof typeof frameworkNames;

export type Fixes = Readonly<Partial<Record<Framework, string>>>;

/** The URL was rebuilt from what the server sees. */
export const buildUrl: Fixes = {
  express:
    'Pass `publicUrl` to `twilioWebhook()`; by hand: `publicUrl + req.originalUrl`, never `req.protocol` and `req.get("host")`.',
  fetch:
    'Do not use `request.url`: it names the inner host. Join the configured public URL and the path and query of `request.url`.',
  fastify:
    'Use `publicUrl + request.raw.url`; `request.protocol` and `request.hostname` are those of the last hop.',
  lambda:
    'Use the configured public URL plus `event.rawPath` and `event.rawQueryString`; `requestContext.domainName` is not the custom domain.',
  functions:
    'Name the file `.protected.js`: the platform checks before your code runs and knows the real URL. Locally set `--public-url`.',
};

/** The bytes of path or query were changed on the way to the check. */
export const keepBytes: Fixes = {
  express:
    'Use `req.originalUrl` (raw bytes), not `req.url` behind a router, nor `url.format` or `new URL(…).href`.',
  fetch:
    '`request.url` is normalised by WHATWG rules and the raw bytes are gone: keep such characters out of the configured URL, or `verify` with `compat`.',
  fastify: 'Use `request.raw.url`, and switch `rewriteUrl` and `ignoreTrailingSlash` off for the webhook.',
  lambda:
    'Use `event.rawPath` and `event.rawQueryString` (payload format 2.0); `queryStringParameters` is decoded and merged.',
  functions:
    'A handler never sees the raw URL: use `.protected` in the file name and let the platform check.',
};

/** The form was changed between the wire and the check. */
export const keepForm: Fixes = {
  express:
    'Mount `twilioWebhook()` before every body parser: it reads the raw form. With a parser, use `express.urlencoded({ extended: false })` and check before anything edits `req.body`.',
  fetch:
    'Read `await request.text()` once and give it to `verify` as `body` with its content type, then parse.',
  fastify:
    'Add a content type parser with `parseAs: "string"` for `application/x-www-form-urlencoded` and verify the string.',
  lambda:
    'Verify `event.body` itself, decoded from base64 when `event.isBase64Encoded`, before any middleware parses it.',
  functions: '`event` is query and body merged: let `.protected` do the check.',
};

/** JSON and other bodies, which are bound by their bytes. */
export const keepBody: Fixes = {
  express:
    'Mount `twilioWebhook()` before `express.json()`, or keep the bytes: `express.json({ verify: (req, res, raw) => { req.rawBody = raw; } })`.',
  fetch: 'Read `await request.text()` before anything else and verify that; parse it afterwards.',
  fastify: 'Add a content type parser with `parseAs: "buffer"` for `application/json` and verify the buffer.',
  lambda: 'Verify `event.body` as it is, decoded from base64 when `event.isBase64Encoded`.',
  functions:
    'The raw body is not available to a handler: `.protected` checks what the platform checks; demand nothing of JSON that is not in the URL.',
};
