import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** The broker that this run of tests has started, or why there is none. */
export type KafkaUnderTest =
  | { readonly description: string; readonly address: string; readonly proxy: { readonly port: number; readonly target: number }; readonly source: 'docker' | 'jars' }
  | { readonly lacking: string };

export function kafkaUnderTest(): KafkaUnderTest {
  const said = process.env['WINDLASS_TEST_KAFKA'];
  return said === undefined ? { lacking: 'no broker was looked for' } : (JSON.parse(said) as KafkaUnderTest);
}

/** Between clients and the broker, so that their connections can be cut. */
export interface CuttingProxy {
  readonly address: string;
  /** Ends all connections at once. */
  cut(): void;
  /** Ends all connections and takes no more, until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCuttingProxy({ port, target }: { readonly port: number; readonly target: number }): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let server = createServer();
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
    sockets.clear();
  };
  const open = async (): Promise<void> => {
    server = createServer((client) => {
      const broker = connect(target, '127.0.0.1');
      for (const [from, to] of [[client, broker], [broker, client]] as const) {
        sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => (sockets.delete(from), to.destroy()));
        from.pipe(to);
      }
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const shut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  };
  await open();
  return { address: `127.0.0.1:${port}`, cut, shut, open, stop: shut };
}
