// Runs one deployed build with Twilio's own local runtime, on a free port of loopback. Started by deployed-site.ts, which
// stands in front of it and decides who may call what.
//
// Handlers know Twilio's local server by its loaded files. On the platform there are none, so here the functions are loaded
// first, and then the server's files forgotten.
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
  for (const { filePath } of functions) load(filePath);
  for (const file of Object.keys(require.cache)) {
    if (/[\\/]dev-runtime[\\/]/.test(file)) delete require.cache[file];
  }
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});

// One that cannot be loaded is a fault of its own request.
function load(filePath) {
  try {
    require(filePath);
  } catch {}
}
