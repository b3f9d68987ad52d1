/**
 * Says, inside a process, that every request has passed an edge that checks signatures. The emulator sets it in the
 * process it starts for Twilio's runtime; nothing that comes with a request or stands in `.env` can.
 */
const mark = Symbol.for('ringtrue.edge');

export function markEdge(): void {
  Reflect.set(globalThis, mark, true);
}

export function isBehindEdge(): boolean {
  return Reflect.get(globalThis, mark) === true;
}
