import { createServer, type ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { MAX_BODY_BYTES } from '@windlass/function-exchange';
import { BufferedCall, requestOf } from '../control/buffered-call.js';
import { answerTo, failureOf, MAX_STREAMED_BYTES, ServedApp, type ServedAppOptions } from './testing/served-app.js';

const BLOCK = Buffer.alloc(64 * 1024, 'x');
const MIB = 1024 * 1024;

/** Writes as many bytes as are asked for in the path, as fast as the connection takes them. */
function write(response: ServerResponse, bytes: number, wrote: (bytes: number) => void): void {
  let left = bytes;
  const writeOn = (): void => {
    while (left > 0) {
      const block = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
      left -= block.length;
      wrote(block.length);
      if (!response.write(block)) return;
    }
    response.off('drain', writeOn).end();
  };
  response.on('drain', writeOn).on('error', () => undefined);
  writeOn();
}

describe('the answers of a function that streams (is_return_stream)', () => {
  let served: ServedApp | undefined;
  let written: number;

  /** `/chunked/N` and `/length/N` answer N bytes. */
  async function serve(options: ServedAppOptions): Promise<ServedApp> {
    written = 0;
    const app = createServer((request, response) => {
      const [, framing, bytes] = (request.url as string).split('/');
      if (framing === 'length') response.setHeader('content-length', Number(bytes));
      if (request.method === 'GET' && !request.headers['x-head-only']) write(response, Number(bytes), (length) => (written += length));
      else response.flushHeaders();
    });
    served = await ServedApp.start(app, options);
    return served;
  }
  afterEach(() => served?.close());

  it.each(['chunked', 'length'])('may be far larger than 6 MB, and what a slow caller has not taken does not pile up (%s)', async (framing) => {
    const whole = 120 * MIB;
    const app = await serve({ spec: { streams_response: true } });
    const request = app.begin({ path: `/${framing}/${whole}` });
    request.end();
    let read = 0;
    let mostUnderway = 0;
    for await (const piece of await answerTo(request)) {
      read += (piece as Buffer).length;
      // The app gets many turns for each piece that is taken: without being held up it would be done long before the caller.
      for (let count = 0; count < 10; count += 1) await turn();
      mostUnderway = Math.max(mostUnderway, written - read);
    }
    expect(read).toBe(whole);
    // The kernel keeps some megabytes for each of the two connections.
    expect(mostUnderway).toBeLessThan(whole / 4);
  });

  it('are refused when they say that they are larger than 200 MB, and the refusal names the limit', async () => {
    const app = await serve({ spec: { streams_response: true } });
    const answer = await app.ask({ path: `/length/${MAX_STREAMED_BYTES + 1}`, headers: { 'x-head-only': '1' } });
    expect([answer.status, failureOf(answer)]).toEqual([
      502,
      { code: 'FSS.4004', message: expect.stringMatching(/^response body size 209715201 exceeds the limit of 209715200\. .*WINDLASS_WORKER_MAX_STREAMED_MB/) },
    ]);
  });

  it('are cut at the limit when they do not say how large they are, and the failure says why', async () => {
    const app = await serve({ spec: { streams_response: true }, maxStreamedBytes: 10 * MIB });
    const request = app.begin({ path: `/chunked/${11 * MIB}` });
    request.end();
    let read = 0;
    await expect(
      (async () => {
        for await (const piece of await answerTo(request)) read += (piece as Buffer).length;
      })(),
    ).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(read).toBe(10 * MIB);
    expect(app.finished[0]?.failure).toMatchObject({ kind: 'RESPONSE_TOO_LARGE', limit: { bytes: 10 * MIB, kind: 'streamed' } });
  });

  it.each(['chunked', 'length'])('are given whole, and held to 6 MB, where the function does not say that it streams (%s)', async (framing) => {
    const app = await serve({});
    expect((await app.ask({ path: `/${framing}/${MAX_BODY_BYTES}` })).body).toHaveLength(MAX_BODY_BYTES);
    const answer = await app.ask({ path: `/${framing}/${MAX_BODY_BYTES + 1}` });
    expect([answer.status, failureOf(answer)]).toEqual([502, { code: 'FSS.4004', message: expect.stringMatching(/limit of 6291456\. Set is_return_stream/) }]);
  });

  it('are given whole, and held to 6 MB, to a call through the API', async () => {
    const app = await serve({ spec: { streams_response: true } });
    const invoke = async (bytes: number) => {
      const body = new BufferedCall(Buffer.alloc(0));
      const call = { request_id: 'r1', func_id: 'f1', version: 'latest', revision: 0, method: 'GET', target: `/chunked/${bytes}`, headers: [], body: Buffer.alloc(0), log_tail: false };
      const report = await app.invoker.invoke(requestOf(call, body), body);
      return { failure: report.failure, length: body.response?.body.length };
    };
    expect(await invoke(MAX_BODY_BYTES)).toEqual({ failure: undefined, length: MAX_BODY_BYTES });
    expect(await invoke(MAX_BODY_BYTES + 1)).toMatchObject({ failure: { kind: 'RESPONSE_TOO_LARGE', limit: { kind: 'collected' } } });
  });
});
