import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { fieldLine, HeaderList, type BodyFraming, type HeaderField, type ResponseHead } from '@windlass/http1';
import { type BodyProblem, type Caller, type Failure, FunctionFields, type FunctionRequest, type RequestBody, type UpgradeEnd } from './index.js';
import { RecordingCaller, SentBody, ways, type Outcome, type Way } from './testing/exchange-ends.js';

const FIELDS = new FunctionFields();
const NONE: BodyFraming = { kind: 'none' };
const CHUNKED: BodyFraming = { kind: 'chunked' };
const length = (bytes: number): BodyFraming => ({ kind: 'length', length: bytes });

function head(status: number, fields: readonly HeaderField[] = [], body: BodyFraming = NONE, upgrade?: string): ResponseHead {
  return { status, reasonPhrase: 'Some Reason', version: '1.1', headers: new HeaderList(fields), body, keepAlive: true, upgrade };
}

/** What the function's side makes of a body. */
function collect(body: RequestBody): Promise<{ bytes: string; trailers: readonly HeaderField[]; problem?: BodyProblem }> {
  return new Promise((resolve) => {
    const slices: Buffer[] = [];
    const bytes = (): string => Buffer.concat(slices).toString('latin1');
    body.start({
      slice: (slice) => slices.push(Buffer.from(slice)),
      end: (trailers) => resolve({ bytes: bytes(), trailers: [...trailers] }),
      broken: (problem) => resolve({ bytes: bytes(), trailers: [], problem }),
    });
  });
}

describe.each(Object.keys(ways))('a request to a function and its answer, %s', (name) => {
  let way: Way;
  let serve: (request: FunctionRequest, caller: Caller) => void;
  let requests = 0;

  beforeAll(async () => {
    way = await (ways[name] as (typeof ways)[string])({ serve: (request, caller) => serve(request, caller) });
  });
  afterAll(() => way.close());

  function requestOf(changes: Partial<FunctionRequest> = {}, fields: readonly HeaderField[] = []): FunctionRequest {
    const body = changes.body ?? new SentBody(NONE);
    const { framing } = body;
    const all: HeaderField[] = [['Host', 'app.example'], ...fields, ...(framing.kind === 'length' ? [['Content-Length', String(framing.length)] as const] : [])];
    const headers = new HeaderList(all);
    return {
      requestId: `r${(requests += 1)}`,
      functionId: 'f1',
      version: 'latest',
      revision: 0,
      timeoutMs: 0,
      method: 'GET',
      target: '/',
      headers,
      fieldLines: FIELDS.lines(headers),
      upgrade: undefined,
      apiId: undefined,
      sourceIp: undefined,
      stage: undefined,
      body,
      ...changes,
    };
  }

  async function ask(request: FunctionRequest, prepare: (caller: RecordingCaller) => void = () => undefined): Promise<Outcome> {
    const caller = new RecordingCaller(request.requestId);
    prepare(caller);
    way.serve(request, caller);
    return caller.outcome;
  }

  /** Answers `ok` once the request has come whole. */
  const answerOk = (caller: Caller): void => {
    caller.head(head(200, [['Content-Length', '2']]), length(2));
    caller.data(Buffer.from('ok'));
    caller.end([]);
  };

  it('all that belongs to a request arrives, and nothing that was not said', async () => {
    let seen: FunctionRequest | undefined;
    serve = (request, caller) => {
      seen = request;
      answerOk(caller);
    };
    const sent = requestOf({ method: 'OPTIONS', target: '/a%2Fb?c=%20&d', version: '!live', revision: 7, timeoutMs: 4_000, apiId: 'api', sourceIp: '::1', stage: 'RELEASE' }, [
      ['X-B', '1'],
      ['x-a', 'h\xe9'],
      ['X-B', '2'],
    ]);
    expect(await ask(sent)).toMatchObject({ kind: 'answered', status: 200, body: 'ok' });
    const { requestId, functionId, version, revision, timeoutMs, method, target, fieldLines, upgrade, apiId, sourceIp, stage } = seen as FunctionRequest;
    expect({ requestId, functionId, version, revision, timeoutMs, method, target, fieldLines, upgrade, apiId, sourceIp, stage }).toEqual(
      Object.fromEntries(Object.entries(sent).filter(([key]) => key !== 'headers' && key !== 'body')),
    );
    expect(seen?.headers.getAll('x-b')).toEqual(['1', '2']);
    expect(seen?.body.framing).toEqual(NONE);
    await ask(requestOf());
    expect([seen?.apiId, seen?.sourceIp, seen?.stage, seen?.upgrade]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('a body arrives as it was sent, and so does the answer\'s, however both are cut and framed', async () => {
    serve = (request, caller) => {
      void collect(request.body).then(({ bytes, trailers }) => {
        const framing = request.headers.get('x-answer') === 'chunked' ? CHUNKED : length(bytes.length);
        caller.head(head(201, [['X-Own', '1'], ...(framing.kind === 'length' ? [['Content-Length', String(bytes.length)] as const] : [])], framing), framing);
        for (let at = 0; at < bytes.length; at += 700) caller.data(Buffer.from(bytes.slice(at, at + 700), 'latin1'));
        caller.end(framing.kind === 'chunked' ? trailers : []);
      });
    };
    const slices = fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(slices, fc.constantFrom('length', 'chunked'), fc.constantFrom('length', 'chunked'), async (given, framing, answer) => {
        const buffers = given.map((slice) => Buffer.from(slice));
        const whole = Buffer.concat(buffers);
        const trailers: HeaderField[] = framing === 'chunked' ? [['X-Sum', '1']] : [];
        const body = new SentBody(framing === 'chunked' ? CHUNKED : length(whole.length), buffers, trailers);
        const outcome = await ask(requestOf({ method: 'POST', body }, [['X-Answer', answer]]));
        expect(outcome).toMatchObject({ kind: 'answered', status: 201, body: whole.toString('latin1'), trailers: answer === 'chunked' ? trailers : [] });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['HEAD', 200, [['Content-Length', '5']]],
    ['GET', 204, []],
    ['GET', 304, [['ETag', '"x"']]],
  ] as const)('an answer may have no body: %s %i', async (method, status, fields) => {
    serve = (_request, caller) => {
      caller.head(head(status, fields), NONE);
      caller.end([]);
    };
    for (let count = 0; count < 2; count += 1) expect(await ask(requestOf({ method }))).toMatchObject({ kind: 'answered', status, fields, body: '' });
  });

  it('interim answers come before the final one', async () => {
    serve = (_request, caller) => {
      caller.interim(head(103, [['Link', '</a>']]));
      answerOk(caller);
    };
    expect(await ask(requestOf())).toMatchObject({ interim: [103], body: 'ok' });
  });

  it('what speaks to one hop only is not passed on', async () => {
    serve = (_request, caller) => {
      caller.head(head(200, [['Connection', 'X-Hop'], ['X-Hop', '1'], ['Keep-Alive', 'timeout=5'], ['X-Own', '1'], ['Content-Length', '2']]), length(2));
      caller.data(Buffer.from('ok'));
      caller.end([]);
    };
    expect(await ask(requestOf())).toMatchObject({ fields: [['X-Own', '1'], ['Content-Length', '2']] });
  });

  it('a body is not asked for before it is wanted', async () => {
    const wanted = Promise.withResolvers<() => void>();
    serve = (request, caller) => wanted.resolve(() => void collect(request.body).then(() => answerOk(caller)));
    const body = new SentBody(length(3), [Buffer.from('abc')]);
    const outcome = ask(requestOf({ method: 'POST', body }));
    (await wanted.promise)();
    expect(await outcome).toMatchObject({ body: 'ok' });
    expect(body.started).toBe(true);
  });

  it('an answer may come before the end of the request, which then is not needed', async () => {
    serve = (_request, caller) => {
      caller.head(head(413, [['Content-Length', '3']]), length(3));
      caller.data(Buffer.from('big'));
      caller.end([]);
    };
    const body = new SentBody(length(1_000_000), [Buffer.alloc(500_000)], [], true);
    expect(await ask(requestOf({ method: 'POST', body }))).toMatchObject({ status: 413, body: 'big' });
    // The way is open for the next one.
    serve = (_request, caller) => answerOk(caller);
    expect(await ask(requestOf())).toMatchObject({ body: 'ok' });
  });

  it.each<Failure>([
    { code: 4010, reason: 'TIMED_OUT', fault: 'function', httpStatus: 504, message: 'too late' },
    { code: 4021, reason: 'QUEUE_FULL', fault: 'caller', httpStatus: 429, message: 'too many', retryAfterSeconds: 3 },
  ])('a failure is told with all that it says: $reason', async (failure) => {
    serve = (_request, caller) => caller.fail(failure);
    const request = requestOf();
    const outcome = await ask(request);
    expect(outcome).toMatchObject({ kind: 'answered', status: failure.httpStatus });
    if (outcome.kind !== 'answered') throw new Error('unreachable');
    expect(JSON.parse(outcome.body)).toEqual({ error_code: `FSS.${failure.code}`, error_msg: failure.message, request_id: request.requestId });
    expect(Object.fromEntries(outcome.fields)).toMatchObject({
      'X-Func-Err-Code': String(failure.code),
      'X-Func-Err-Reason': failure.reason,
      'X-Is-Func-Err': String(failure.fault === 'function'),
      ...(failure.retryAfterSeconds === undefined ? {} : { 'Retry-After': '3' }),
    });
    expect(outcome.fields.some(([field]) => field === 'Retry-After')).toBe(failure.retryAfterSeconds !== undefined);
  });

  it.each([
    ['length', length(10)],
    ['chunked', CHUNKED],
  ])('an answer that cannot be completed is cut and not taken for a whole one (%s)', async (_, framing) => {
    serve = (_request, caller) => {
      caller.head(head(200, framing.kind === 'length' ? [['Content-Length', '10']] : [], framing), framing);
      caller.data(Buffer.from('half'));
      caller.cut();
    };
    expect(await ask(requestOf())).toEqual({ kind: 'cut', body: 'half' });
  });

  it('whoever serves hears when nobody waits for the answer any more', async () => {
    const served = Promise.withResolvers<Caller>();
    const heard = Promise.withResolvers<void>();
    serve = (_request, caller) => {
      caller.listener = { onCallerGone: () => heard.resolve(), onCallerWritable: () => undefined };
      served.resolve(caller);
    };
    const caller = new RecordingCaller('gone');
    way.serve(requestOf(), caller);
    await served.promise;
    caller.gone = true;
    caller.listener?.onCallerGone();
    await heard.promise;
  });

  it('a caller that does not take the answer holds it up, and gets all of it in the end', async () => {
    const whole = 64 * 1024 * 1024;
    const block = Buffer.alloc(64 * 1024, 'x');
    let given = 0;
    let held = 0;
    serve = (_request, caller) => {
      const giveOn = (): void => {
        while (given < whole) {
          given += block.length;
          if (!caller.data(block)) {
            held += 1;
            caller.flush();
            return;
          }
        }
        caller.end([]);
      };
      caller.listener = { onCallerGone: () => undefined, onCallerWritable: giveOn };
      caller.head(head(200, [], CHUNKED), CHUNKED);
      giveOn();
    };
    const caller = new RecordingCaller('slow');
    let mostUnderway = 0;
    // A client that has room for one piece at a time, and for the next one after some turns.
    caller.keepsUp = (received) => {
      mostUnderway = Math.max(mostUnderway, given - received);
      void turn().then(() => turn()).then(() => caller.listener?.onCallerWritable());
      return false;
    };
    way.serve(requestOf(), caller);
    const outcome = await caller.outcome;
    expect(outcome.kind === 'answered' && outcome.body.length).toBe(whole);
    expect(held).toBeGreaterThan(10);
    expect(mostUnderway).toBeLessThan(8 * 1024 * 1024);
  });

  it('a function that does not take the body holds it up, and gets all of it in the end', async () => {
    const whole = 6 * 1024 * 1024;
    const body = new SentBody(length(whole), Array.from({ length: whole / 65_536 }, () => Buffer.alloc(65_536, 'y')));
    const paused = Promise.withResolvers<() => void>();
    serve = (request, caller) => {
      let taken = 0;
      request.body.start({
        slice: (slice) => {
          if (taken === 0) {
            request.body.pause();
            paused.resolve(() => request.body.resume());
          }
          taken += slice.length;
        },
        end: () => {
          caller.head(head(200, [['Content-Length', String(String(taken).length)]]), length(String(taken).length));
          caller.data(Buffer.from(String(taken)));
          caller.end([]);
        },
        broken: () => caller.cut(),
      });
    };
    const outcome = ask(requestOf({ method: 'PUT', body }));
    const resume = await paused.promise;
    for (let count = 0; count < 50; count += 1) await turn();
    expect(body.sent).toBeLessThan(whole / 2);
    resume();
    expect(await outcome).toMatchObject({ body: String(whole) });
  });

  it('many requests go at once, and each has its own answer', async () => {
    serve = (request, caller) => {
      void collect(request.body).then(async ({ bytes }) => {
        for (let count = bytes.length % 7; count > 0; count -= 1) await turn();
        const said = `${request.target} ${bytes}`;
        caller.head(head(200, [['Content-Length', String(said.length)]]), length(said.length));
        caller.data(Buffer.from(said));
        caller.end([]);
      });
    };
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const text = 'b'.repeat(index);
        return ask(requestOf({ method: index % 2 === 0 ? 'POST' : 'PUT', target: `/${index}`, body: new SentBody(length(index), [Buffer.from(text)]) }));
      }),
    );
    expect(outcomes.map((outcome) => outcome.kind === 'answered' && outcome.body)).toEqual(Array.from({ length: 60 }, (_, index) => `/${index} ${'b'.repeat(index)}`));
  });

  describe('an upgraded connection', () => {
    /** Two ends of a connection: the app's, which the function's side has, and the app itself. */
    async function appConnection(): Promise<{ socket: Socket; app: Socket; close: () => void }> {
      const server = createServer({ allowHalfOpen: true });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
      const [app] = (await once(server, 'connection')) as [Socket];
      return { socket, app, close: () => void server.close() };
    }

    it('carries bytes in both directions, the first ones too, and tells each side when the other sends no more', async () => {
      const { socket, app, close } = await appConnection();
      const over = Promise.withResolvers<UpgradeEnd>();
      serve = (request, caller) => {
        expect(request.upgrade).toBe('websocket');
        void caller.upgrade(head(101, [['Sec-WebSocket-Accept', 'yes']], NONE, 'websocket'), socket, Buffer.from('hello ')).then(over.resolve);
      };
      let heard = '';
      const client = Promise.withResolvers<Socket>();
      const caller = new RecordingCaller('upgrade');
      caller.onUpgrade = (theirs, rest) => {
        heard = rest.toString();
        theirs.on('data', (piece: Buffer) => (heard += piece.toString()));
        theirs.resume();
        client.resolve(theirs);
        return new Promise((resolve) => theirs.once('close', () => resolve({ kind: 'closed' })));
      };
      way.serve(requestOf({ upgrade: 'websocket' }), caller);
      const ours = await client.promise;
      let appHeard = '';
      app.on('data', (piece: Buffer) => (appHeard += piece.toString()));
      app.on('end', () => app.end(`you said ${appHeard}`));
      ours.write('first, ');
      ours.end('last');
      await once(ours, 'close');
      expect(heard).toBe('hello you said first, last');
      expect(await over.promise).toEqual({ kind: 'closed' });
      close();
    });
  });
});

describe('a worker over a socket', () => {
  it('that is not there is told apart from one that fails', async () => {
    const { RemoteWorker } = await import('./index.js');
    const worker = new RemoteWorker('/nonexistent/worker.sock', { maxWorkerConnections: 10, workerConnectMs: 1_000, workerIdleMs: 1_000 });
    const caller = new RecordingCaller('lost');
    const headers = new HeaderList([['Host', 'a']]);
    worker.serve({ requestId: 'r', functionId: 'f', version: 'latest', revision: 0, timeoutMs: 0, method: 'GET', target: '/', headers, fieldLines: fieldLine('Host', 'a'), upgrade: undefined, apiId: undefined, sourceIp: undefined, stage: undefined, body: new SentBody(NONE) }, caller);
    expect(await caller.outcome).toEqual({ kind: 'lost', loss: 'unreachable' });
  });
});
