// What a debugger does: connects to the inspector, finds the script that a .ts file was built into through its source map,
// stops at a line of the .ts file while `url` is asked for, and prints where it stopped and what it saw, as JSON.
// Run with --experimental-websocket, which Node 20 needs for WebSocket.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [port, url, source, line, expression] = process.argv.slice(2);
const [target] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
const socket = new WebSocket(target.webSocketDebuggerUrl);
const answers = new Map();
const scripts = [];
let onPaused = () => {};
let onScript = () => {};
socket.onmessage = ({ data }) => {
  const { id, result, method, params } = JSON.parse(data);
  answers.get(id)?.(result);
  if (method === 'Debugger.scriptParsed') {
    scripts.push(params);
    onScript();
  }
  if (method === 'Debugger.paused') onPaused(params);
};
await new Promise((resolve) => {
  socket.onopen = resolve;
});
const call = (method, params = {}) =>
  new Promise((resolve) => {
    const id = answers.size + 1;
    answers.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params }));
  });

await call('Debugger.enable');
// The first request loads the script, of which is told on another line than the answer.
await (await fetch(url)).text();

const giveUp = setTimeout(() => {
  throw new Error(`no script was built from ${source}`);
}, 10_000);
let found = findBuilt();
while (!found) {
  await new Promise((resolve) => {
    onScript = resolve;
  });
  found = findBuilt();
}
clearTimeout(giveUp);
const { script, map } = found;
const generatedLine = lineInBuilt(map, script);
const { locations } = await call('Debugger.setBreakpointByUrl', {
  url: script.url,
  lineNumber: generatedLine,
});
const paused = new Promise((resolve) => {
  onPaused = resolve;
});
const answer = fetch(url);
const { callFrames } = await paused;
const [frame] = callFrames;
const at = map.findEntry(frame.location.lineNumber, frame.location.columnNumber);
const { result } = await call('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression });
// Longer than the time after which a process that does not answer counts as blocked.
await new Promise((resolve) => setTimeout(resolve, 1500));
await call('Debugger.resume');
const { status } = await answer;
socket.close();
console.log(
  JSON.stringify({
    bound: locations.length,
    source: sourcePath(at.originalSource, script),
    line: at.originalLine + 1,
    value: result.value,
    status,
  }),
);

function findBuilt() {
  for (const one of scripts) {
    if (!one.sourceMapURL?.endsWith('.map') || !one.url.startsWith('file:')) continue;
    const file = path.join(path.dirname(fileURLToPath(one.url)), one.sourceMapURL);
    const payload = JSON.parse(readFileSync(file, 'utf8'));
    if (payload.sources.some((name) => sourcePath(name, one) === source))
      return { script: one, map: new SourceMap(payload) };
  }
  return undefined;
}

function sourcePath(name, { url: builtUrl }) {
  return path.resolve(path.dirname(fileURLToPath(builtUrl)), name);
}

function lineInBuilt(built, of) {
  const lines = built.payload.mappings.split(';').length;
  for (let generated = 0; generated < lines; generated++) {
    for (let column = 0; column < 200; column++) {
      const entry = built.findEntry(generated, column);
      if (
        entry.generatedLine === generated &&
        entry.originalLine === Number(line) - 1 &&
        sourcePath(entry.originalSource, of) === source
      )
        return generated;
    }
  }
  throw new Error(`line ${line} is in no script`);
}
