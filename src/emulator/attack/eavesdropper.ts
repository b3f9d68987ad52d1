import net from 'node:net';

export interface Eavesdropper {
  port: number;
  /** What the last connection's client sent, as it went over the line. */
  lastHeard(): Buffer;
  close(): Promise<void>;
}

/** Somebody on the line: passes every byte on to `port` of this machine and keeps a copy of what clients send. */
export async function startEavesdropper(port: number): Promise<Eavesdropper> {
  let heard: Buffer[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const copy: Buffer[] = [];
    heard = copy;
    const upstream = net.connect(port, '127.0.0.1');
    client.on('data', (chunk) => copy.length < 1_000 && copy.push(chunk));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    lastHeard: () => Buffer.concat(heard),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
