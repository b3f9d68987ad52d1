/** Twilio's local server: what `twilio-run start` loads from the project, and the one that it falls back on. */
const localServer = /[\\/](?:runtime-handler[\\/]dist[\\/]dev-runtime|twilio-run[\\/]dist)[\\/]/;

/**
 * Whether Twilio's local server runs this function: `twilio-run start` with a process for each request or without, or whatever
 * else hosts `@twilio/runtime-handler/dev`. Told by files that are loaded, which neither a request nor `.env` can change; all
 * that a handler finds in `context` can come from `.env` there.
 */
export function isUnderLocalServer(): boolean {
  // Without a process for each request it empties the cache before each, itself included: who loaded this function remains.
  return [...Object.keys(require.cache), module.parent?.filename ?? ''].some((file) =>
    localServer.test(file),
  );
}
