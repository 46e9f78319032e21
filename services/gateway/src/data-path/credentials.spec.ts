import { Fixture, expectRefusal } from './testing/fixture.js';
import { DOMAIN, GROUP, makeRoute } from './testing/route.js';

const fixture = new Fixture();
afterEach(() => fixture.clean());

describe('a route that needs a credential', () => {
  const owner = { domainId: DOMAIN, cacheableUntil: 0 };

  it('refuses without one before it takes the body', async () => {
    const client = await fixture.client(await fixture.gateway({ workerSockets: [], known: [makeRoute({ auth: 'IAM' })] }));
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
    const answer = await client.answer();
    expectRefusal(answer, 401, 'APIG.0301');
    expect(answer.interim).toEqual([]);
  });

  it.each([
    ['Content-Length: 5\r\n', 'hello'],
    ['Transfer-Encoding: chunked\r\n', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
  ])('has the whole body (%s) checked before the function sees any of it', async (field, body) => {
    const seen: string[] = [];
    const worker = await fixture.worker((request, response) => {
      request.setEncoding('latin1').on('data', (text: string) => seen.push(text)).on('end', () => response.end(JSON.stringify(request.headers)));
    });
    const checked = Promise.withResolvers<string>();
    const admitted = Promise.withResolvers<typeof owner>();
    const gateway = await fixture.gateway({
      workerSockets: [worker.socketPath],
      known: [makeRoute({ auth: 'IAM' })],
      authenticator: {
        byToken: () => Promise.reject(new Error('no token was sent')),
        bySignature: ({ bodySha256 }) => {
          checked.resolve(bodySha256);
          return admitted.promise;
        },
      },
    });
    const client = await fixture.client(gateway);
    client.send(`POST /${GROUP} HTTP/1.1\r\nHost: h\r\nAuthorization: SDK-HMAC-SHA256 x\r\n${field}\r\n${body.slice(0, 3)}`);
    client.send(`${body.slice(3)}GET /${GROUP} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(await checked.promise).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    expect(seen).toEqual([]);
    admitted.resolve(owner);
    const answer = await client.answer();
    expect(answer.head.status).toBe(200);
    expect(seen.join('')).toBe('hello');
    expect(JSON.parse(answer.body)).not.toHaveProperty('authorization');
    // The request behind it is read as one of its own.
    expectRefusal(await client.answer(), 401, 'APIG.0301');
  });

  it('keeps the credential from the function also when the same request came before as one of an open route', async () => {
    const worker = await fixture.worker((request, response) => response.end(JSON.stringify([request.url, request.headers['x-auth-token'], request.headers['x-windlass-func-id']])));
    const gateway = await fixture.gateway({
      workerSockets: [worker.socketPath],
      authenticator: { byToken: () => Promise.resolve(owner), bySignature: () => Promise.reject(new Error('nothing was signed')) },
    });
    const client = await fixture.client(gateway);
    const ask = async (): Promise<unknown> => {
      client.send(`GET /${GROUP}/x?y HTTP/1.1\r\nHost: h\r\nX-Auth-Token: secret\r\n\r\n`);
      return JSON.parse((await client.answer()).body);
    };
    for (const _ of [1, 2]) expect(await ask()).toEqual(['/x?y', 'secret', 'func-1']);
    const closed = makeRoute({ auth: 'IAM', revision: 8, func_id: 'func-2' });
    gateway.routes.apply({ routeId: closed.route_id, groupId: GROUP, revision: 8, route: closed });
    for (const _ of [1, 2]) expect(await ask()).toEqual(['/x?y', null, 'func-2']);
    const open = makeRoute({ revision: 9 });
    gateway.routes.apply({ routeId: open.route_id, groupId: GROUP, revision: 9, route: open });
    expect(await ask()).toEqual(['/x?y', 'secret', 'func-1']);
  });

  it('holds a bounded number of bytes for that', async () => {
    const gateway = await fixture.gateway({
      workerSockets: [],
      known: [makeRoute({ auth: 'IAM' })],
      limits: { maxHeldBodyBytes: 10 },
    });
    const signed = `POST /${GROUP} HTTP/1.1\r\nHost: h\r\nAuthorization: SDK-HMAC-SHA256 x\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n`;
    const [first, second] = [await fixture.client(gateway), await fixture.client(gateway)];
    first.send(signed);
    expect(await first.bytes(25)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    second.send(signed);
    expectRefusal(await second.answer(), 503, 'APIG.0601', /10 bytes/);
  });
});
