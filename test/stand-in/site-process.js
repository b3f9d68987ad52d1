// Runs one deployed build with Twilio's own local runtime, on a free port of loopback. Started by deployed-site.ts, which
// stands in front of it and decides who may call what.
const { createRequire } = require('node:module');
const path = require('node:path');

process.once('disconnect', () => process.exit());
process.once('message', ({ baseDir, domain, variables, functions, assets }) => {
  const { LocalDevelopmentServer } = createRequire(path.join(baseDir, 'package.json'))(
    '@twilio/runtime-handler/dev',
  );
  const app = new LocalDevelopmentServer(0, {
    baseDir,
    env: variables,
    url: `https://${domain}`,
    live: false,
    logs: false,
    legacyMode: false,
    detailedLogs: false,
    forkProcess: false,
    enableDebugLogs: false,
    appName: 'stand-in',
    routes: { functions, assets },
  }).getApp();
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
