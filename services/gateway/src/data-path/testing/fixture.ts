import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RawClient, type Answer } from './raw-client.js';
import { startTestGateway, type TestGateway } from './test-gateway.js';
import { startRawWorker, startWorkerServer, type TestWorker } from './worker.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Makes gateways, workers and clients for a test and ends them after it, in the reverse order. */
export class Fixture {
  private readonly cleanups: (() => unknown)[] = [];

  async clean(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }

  async worker(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestWorker> {
    const worker = await startWorkerServer(listener);
    this.cleanups.push(() => worker.close());
    return worker;
  }

  /** A worker that reads every request to its end and then says `text`. */
  answering(text: string): Promise<TestWorker> {
    return this.worker((request, response) => void request.resume().on('end', () => response.end(text)));
  }

  async rawWorker(onConnection: (socket: Socket) => void): Promise<{ readonly socketPath: string }> {
    const worker = await startRawWorker(onConnection);
    this.cleanups.push(() => worker.close());
    return worker;
  }

  async gateway(options: Parameters<typeof startTestGateway>[0]): Promise<TestGateway> {
    const gateway = await startTestGateway(options);
    this.cleanups.push(() => gateway.ingress.close());
    return gateway;
  }

  async client(gateway: TestGateway): Promise<RawClient> {
    const client = await RawClient.connect(gateway.port);
    this.cleanups.push(() => client.destroy());
    return client;
  }
}

export function expectRefusal(answer: Answer, status: number, code: string, message?: RegExp): void {
  const { head, body } = answer;
  const said = JSON.parse(body) as { error_code: string; error_msg: string; request_id: string };
  expect([head.status, said.error_code]).toEqual([status, code]);
  expect(head.headers.get('content-type')).toBe('application/json');
  expect(said.request_id).toMatch(UUID);
  expect(head.headers.get('x-request-id')).toBe(said.request_id);
  if (message !== undefined) expect(said.error_msg).toMatch(message);
}
