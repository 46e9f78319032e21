import type { Failure, FunctionServer } from '@windlass/function-exchange';
import { HeaderList } from '@windlass/http1';
import { eventually } from '../testing/eventually.js';
import { expectRefusal, Fixture } from './testing/fixture.js';
import type { RawClient } from './testing/raw-client.js';
import { GROUP, makeRoute } from './testing/route.js';
import type { TestGateway } from './testing/test-gateway.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

/** One refusal at once; the next ones not while a test lasts. */
const ONE = { maxRefusalsPerSecond: 1, refusalBurst: 1, maxRefusalsPerSecondInAll: 1_000, maxRefusalDelayMs: 600_000 };
const OTHER = 'b'.repeat(32);
const BUSY: Failure = { code: 4021, reason: 'ACCOUNT_AT_LIMIT', fault: 'caller', httpStatus: 429, retryAfterSeconds: 1, message: 'too many' };
const unknown = `GET /${'f'.repeat(32)}/ HTTP/1.1\r\nHost: h\r\n\r\n`;
const ask = (group: string, path = '/'): string => `GET /${group}${path} HTTP/1.1\r\nHost: h\r\n\r\n`;

/** A worker in this process that refuses what asks for /busy. */
const worker: FunctionServer = {
  serve: (request, caller) => {
    if (request.target === '/busy') return caller.fail(BUSY);
    const body = { kind: 'length', length: 0 } as const;
    caller.head({ status: 200, reasonPhrase: 'OK', version: '1.1', headers: HeaderList.empty, body, keepAlive: true, upgrade: undefined }, body);
    caller.end([]);
  },
};

describe('who is refused more than its pace', () => {
  let gateway: TestGateway;
  const client = (): Promise<RawClient> => fixture.client(gateway);
  const held = (count: number): Promise<void> => eventually(() => expect(gateway.ingress.heldRefusalCount).toBe(count));
  const start = async (limits: object = ONE): Promise<void> => {
    const server = await fixture.answering('ok');
    const known = [makeRoute(), makeRoute({ route_id: 'r2', group_id: OTHER, domain_id: 'other' })];
    gateway = await fixture.gateway({ workerSockets: [server.socketPath], known, limits });
  };

  it('is told later, and others are served meanwhile, and told at once what they are refused', async () => {
    await start();
    const [first, second, other] = [await client(), await client(), await client()];
    first.send(unknown);
    expectRefusal(await first.answer(), 404, 'APIG.0101');
    second.send(unknown);
    await held(1);
    other.send(ask(GROUP));
    expect((await other.answer()).body).toBe('ok');
    gateway.routes.apply({ routeId: 'r2', groupId: OTHER, revision: 99, route: makeRoute({ route_id: 'r2', group_id: OTHER, domain_id: 'other', disabled: true }) });
    other.send(ask(OTHER));
    expectRefusal(await other.answer(), 503, 'APIG.0202');
    expect([gateway.ingress.heldRefusalCount, gateway.ingress.refusalCount]).toEqual([1, 3]);
  });

  it('is told in the end, and is heard again', async () => {
    await start({ ...ONE, maxRefusalDelayMs: 30 });
    const asking = await client();
    for (let count = 0; count < 4; count += 1) {
      asking.send(unknown);
      expectRefusal(await asking.answer(), 404, 'APIG.0101');
    }
    asking.send(ask(GROUP));
    expect((await asking.answer()).body).toBe('ok');
    expect(gateway.ingress.heldRefusalCount).toBe(0);
  });

  it('has what it sends behind such a request wait, and lose nothing', async () => {
    await start({ ...ONE, maxRefusalDelayMs: 30 });
    const asking = await client();
    asking.send(`${unknown}${unknown}${ask(GROUP)}`);
    expect([(await asking.answer()).head.status, (await asking.answer()).head.status, (await asking.answer()).body]).toEqual([404, 404, 'ok']);
  });

  it('is told later of what no request was made of, too', async () => {
    await start();
    for (const _ of [1, 2]) (await client()).send('nonsense\r\n\r\n');
    await held(1);
    expect(gateway.ingress.refusalCount).toBe(2);
  });

  it('counts no more when it leaves, except for what it was refused', async () => {
    await start({ ...ONE, maxRefusalDelayMs: 50 });
    const asking = await client();
    asking.send(`${unknown}${unknown}`);
    await asking.answer();
    await held(1);
    asking.destroy();
    await held(0);
    await eventually(() => expect(gateway.ingress.connectionCount).toBe(0));
  });

  it('is told when the gateway closes', async () => {
    await start();
    const asking = await client();
    asking.send(`${unknown}${unknown}`);
    await asking.answer();
    await held(1);
    const closed = gateway.ingress.close();
    expectRefusal(await asking.answer(), 404, 'APIG.0101');
    await asking.closed();
    await closed;
  });
});

describe('an account that a worker refuses more than its pace', () => {
  const limits = ONE;
  const known = [makeRoute(), makeRoute({ route_id: 'r2', group_id: OTHER, domain_id: 'other' })];

  const expectFairness = async (gateway: TestGateway, refused: string): Promise<void> => {
    const [first, second, other] = [await fixture.client(gateway), await fixture.client(gateway), await fixture.client(gateway)];
    first.send(ask(GROUP, refused));
    expect((await first.answer()).head.status).toBe(429);
    second.send(ask(GROUP, refused));
    await eventually(() => expect(gateway.ingress.heldRefusalCount).toBe(1));
    first.send(ask(GROUP));
    expect((await first.answer()).head.status).toBe(200);
    other.send(ask(OTHER, refused));
    expect((await other.answer()).head.status).toBe(429);
    expect(gateway.ingress.heldRefusalCount).toBe(1);
    const closed = gateway.ingress.close();
    expect(await second.answer()).toMatchObject({ head: { status: 429 } });
    await closed;
  };

  it('is told later when the worker is in this process, and served at once what it is served', async () => {
    await expectFairness(await fixture.gateway({ workerSockets: [], localWorker: worker, known, limits }), '/busy');
  });

  it('is told later when the worker is in another process, and served at once what it is served', async () => {
    const remote = await fixture.worker((request, response) => {
      if (request.url === '/busy') response.writeHead(429, { 'X-Func-Err-Code': '4021', 'Content-Length': '2' }).end('no');
      else response.end('ok');
    });
    await expectFairness(await fixture.gateway({ workerSockets: [remote.socketPath], known, limits }), '/busy');
  });
});
