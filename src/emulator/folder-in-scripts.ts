/**
 * The folder that the scripts of a package.json give Twilio's tool: its template for TypeScript has no settings file, and names
 * its folders there (https://github.com/twilio-labs/serverless-toolkit, create-twilio-function). That of `deploy` counts first.
 */
export function folderInScripts(
  { deploy, start }: Record<string, unknown>,
  kind: 'functions' | 'assets',
): string | undefined {
  const flag = new RegExp(`\\btwilio\\b.*?--${kind}-?folder[= ]+["']?([^\\s"']+)`, 'i');
  return [deploy, start]
    .map((script) => flag.exec(String(script ?? ''))?.[1])
    .find((name) => name !== undefined);
}
