import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Fixture } from './testing/fixture.js';
import { RawClient } from './testing/raw-client.js';
import { GROUP } from './testing/route.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

describe('closing the gateway', () => {
  it('lets a running request end, ends idle connections, and takes no new one', async () => {
    const running = Promise.withResolvers<ServerResponse>();
    const worker = await fixture.worker((_request, response) => running.resolve(response));
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath] });
    const [busy, idle] = [await fixture.client(gateway), await fixture.client(gateway)];
    busy.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const response = await running.promise;
    const closed = gateway.ingress.close();
    expect(await idle.closed()).toBe('');
    await expect(RawClient.connect(gateway.port)).rejects.toThrow('ECONNREFUSED');
    response.end('finished');
    const { head, body } = await busy.answer();
    expect([body, head.keepAlive]).toEqual(['finished', false]);
    await closed;
  });

  it('breaks off what does not end in time', async () => {
    const worker = await fixture.worker(() => undefined);
    const gateway = await fixture.gateway({ workerSockets: [worker.socketPath], limits: { drainMs: 50 } });
    const client = await fixture.client(gateway);
    client.send(`GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await once(worker.server, 'request');
    await gateway.ingress.close();
    expect(await client.closed()).toBe('');
  });
});
