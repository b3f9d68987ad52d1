/**
 * A program: prints the port where it speaks PostgreSQL's protocol. There is one session behind all connections, so they take
 * turns: from a request's first message to its Sync, across the Flush between, which a statement without a name needs.
 */
import { createServer, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';

const database = new PGlite();
let turn: Promise<unknown> = database.waitReady;

// AuthenticationOk, ReadyForQuery.
const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

// https://www.postgresql.org/docs/15/protocol-message-formats.html
function serve(socket: Socket): void {
  let waiting = Buffer.alloc(0);
  let started = false;
  let round: Buffer[] = [];
  let endTurn: (() => void) | undefined;
  let sending: Promise<unknown> = Promise.resolve();
  const takeTurn = (): Promise<unknown> => {
    const former = turn;
    turn = new Promise<void>((resolve) => {
      endTurn = resolve;
    });
    return former;
  };
  socket.on('close', () => endTurn?.());
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (waiting.length < head + 4) return;
      const length = head + waiting.readInt32BE(head);
      if (waiting.length < length) return;
      const message = waiting.subarray(0, length);
      waiting = waiting.subarray(length);
      if (!started) {
        started = true;
        socket.write(welcome);
        continue;
      }
      round.push(message);
      const kind = String.fromCharCode(message[0] ?? 0);
      if (kind === 'X') {
        socket.end();
        return;
      }
      if (!'QSH'.includes(kind)) continue;
      const bytes = Buffer.concat(round);
      round = [];
      const ready = endTurn ? sending : takeTurn();
      const release = kind === 'H' ? undefined : endTurn;
      if (release) endTurn = undefined;
      sending = ready
        .then(async () => socket.write(await database.execProtocolRaw(bytes)))
        .catch(() => socket.destroy())
        .finally(release);
    }
  });
}

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  serve(socket);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address ? address.port : 0);
});
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit());
