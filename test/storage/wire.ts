import { createServer, connect as openSocket, type Socket } from 'node:net';

/** A line to a server that can be watched, cut and held. */
export interface Wire {
  /** The address of the server, over this line. */
  over(url: string): string;
  /** How often the client has spoken after the server did: one more than that is waited for between question and answer. */
  turns(): number;
  /** Ends the connection that asks next: before the server hears it, or after it heard it and before it answers. */
  cutNext(moment: 'unheard' | 'unanswered'): void;
  /** What happens to connections until the next call: nothing, no byte comes through, or each is ended at once. */
  set(state: 'open' | 'silent' | 'closed'): void;
  close(): Promise<void>;
}

/** Lays a line to a port of this machine. */
export async function layWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'silent' | 'closed' = 'open';
  let cut: 'unheard' | 'unanswered' | null = null;
  let turns = 0;
  const server = createServer((client) => {
    const upstream = openSocket(port, '127.0.0.1');
    let serverSpoke = true;
    let deaf = false;
    const end = () => {
      client.destroy();
      // What was sent still arrives.
      upstream.end();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    if (state === 'closed') end();
    client.on('data', (chunk) => {
      if (state !== 'open') return;
      if (serverSpoke) turns += 1;
      serverSpoke = false;
      const moment = cut;
      cut = null;
      if (moment === 'unheard') return end();
      upstream.write(chunk);
      if (moment === 'unanswered') deaf = true;
    });
    upstream.on('data', (chunk) => {
      if (deaf) return end();
      if (state !== 'open') return;
      serverSpoke = true;
      client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    over(url) {
      const moved = new URL(url);
      moved.port = String(address.port);
      return moved.href;
    },
    turns: () => turns,
    cutNext(moment) {
      cut = moment;
    },
    set(next) {
      state = next;
      if (next === 'closed') for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
