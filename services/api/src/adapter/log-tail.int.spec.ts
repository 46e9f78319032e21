import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientReadableStream, credentials, Metadata } from '@grpc/grpc-js';
import { LogTailServiceClient, TailLogsRequest, type TailLogsResponse } from '@windlass/contracts/logs/v1/log_tail_service';
import { WindlassError } from '@windlass/errors';
import { ADMIN_TOKEN, PROJECT, READER_TOKEN } from '../testing/peers.js';
import { RunningEdge } from '../testing/running-edge.js';

const PATH = `/windlass/v1/${PROJECT}/log-groups/g/streams/s/tail`;

describe('following a log stream', () => {
  let edge: RunningEdge;
  let grpc: LogTailServiceClient;

  beforeAll(async () => {
    edge = await RunningEdge.start();
    grpc = new LogTailServiceClient(`127.0.0.1:${edge.api.grpcPort}`, credentials.createInsecure());
  });
  afterAll(async () => {
    grpc.close();
    await edge.stop();
  });
  beforeEach(() => edge.peers.reset());

  const row = (number: number) => ({ content: `line ${number}`, line_num: String(number).padStart(19, '0'), labels: { function: 'hello' } });
  const asked = () => edge.peers.calls.map(({ request }) => request);

  /** Answers one line to each question, after the line of the last one, until there are so many, and then fails. */
  function countTo(most: number, failure?: WindlassError): void {
    edge.peers.on('AwaitLogs', (request) => {
      const next = Number((request['tail'] as { line_num?: string }).line_num ?? 0) + 1;
      if (next > most) throw failure ?? new WindlassError({ kind: 'not_found', reason: 'LOG_STREAM_NOT_FOUND', code: 'LTS.0208', message: 'The log stream does not existed' });
      return { logs: [row(next)], line_num: row(next).line_num };
    });
  }

  const stream = (metadata: Metadata): ClientReadableStream<TailLogsResponse> => grpc.tailLogs(TailLogsRequest.fromPartial({ log_group_id: 'g', log_stream_id: 's' }), metadata);
  const withToken = (token: string): Metadata => {
    const metadata = new Metadata();
    metadata.set('x-auth-token', token);
    return metadata;
  };

  it('shows lines as server-sent events, each with its number as id, and tells in the stream why it ends', async () => {
    countTo(2);
    const answer = await edge.fetch(`${PATH}?keywords=error&label=function%3Dhello&label=version%3Dlatest&last=5`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(await answer.text()).toBe(
      [
        `retry: 1000\nid: ${row(1).line_num}\nevent: line\ndata: ${JSON.stringify(row(1))}\n\n`,
        `id: ${row(2).line_num}\nevent: line\ndata: ${JSON.stringify(row(2))}\n\n`,
        'event: error\ndata: {"error_code":"LTS.0208","error_msg":"The log stream does not existed"}\n\n',
      ].join(''),
    );
    const wanted = { project_id: PROJECT, log_group_id: 'g', log_stream_id: 's', keywords: 'error', label: ['function=hello', 'version=latest'] };
    expect(asked()).toEqual([
      { tail: { ...wanted, last: 5 } },
      { tail: { ...wanted, line_num: row(1).line_num }, wait_ms: 15_000 },
      { tail: { ...wanted, line_num: row(2).line_num }, wait_ms: 15_000 },
    ]);
  });

  it('goes on from the event a browser saw last', async () => {
    countTo(7);
    const answer = await edge.fetch(`${PATH}?last=5`, { headers: { 'last-event-id': row(6).line_num } });
    expect(await answer.text()).toContain(`id: ${row(7).line_num}\n`);
    expect(asked()[0]).toMatchObject({ tail: { line_num: row(6).line_num } });
  });

  it('keeps a quiet connection alive', async () => {
    let questions = 0;
    edge.peers.on('AwaitLogs', () => {
      questions += 1;
      if (questions > 2) throw new WindlassError({ kind: 'unavailable', reason: 'GONE', code: 'LTS.0010', message: 'The log service is gone.' });
      return { line_num: row(0).line_num };
    });
    expect(await (await edge.fetch(PATH)).text()).toMatch(/^retry: 1000\n: waiting\n\n: waiting\n\nevent: error\n/);
  });

  it.each([
    ['nobody', { 'x-auth-token': '' }, 401],
    ['somebody who may not read it', { 'x-auth-token': READER_TOKEN }, 403],
  ])('refuses %s before anything is followed', async (_who, headers, status) => {
    expect((await edge.fetch(PATH, { headers })).status).toBe(status);
    expect(asked()).toEqual([]);
  });

  it('answers a failure before the first line like any other operation', async () => {
    countTo(0);
    const answer = await edge.fetch(PATH);
    expect([answer.status, await answer.json()]).toEqual([404, { error_code: 'LTS.0208', error_msg: 'The log stream does not existed' }]);
  });

  it('asks for no more than a slow client takes, and for nothing once it is gone', async () => {
    const text = 'x'.repeat(256 * 1024);
    edge.peers.on('AwaitLogs', () => ({ logs: [{ ...row(1), content: text }], line_num: row(1).line_num }));
    const request = httpRequest(`${edge.url}${PATH}`, { headers: { 'x-auth-token': ADMIN_TOKEN } }).end();
    const answer = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
    answer.pause();
    const settled = await restsAt(() => asked().length);
    // Sockets and streams between hold some megabytes, and no more.
    expect(settled).toBeLessThan(200);
    answer.resume();
    await until(() => asked().length > settled);
    request.destroy();
    const last = await restsAt(() => asked().length);
    expect(await restsAt(() => asked().length)).toBe(last);
  });

  describe('over gRPC', () => {
    it('streams lines as they come, and fails as the log service fails', async () => {
      countTo(3);
      const lines: string[] = [];
      const call = stream(withToken(ADMIN_TOKEN));
      call.on('data', ({ logs }: TailLogsResponse) => lines.push(...logs.map(({ content }) => content)));
      const failure = await new Promise((resolve) => call.once('error', resolve));
      expect(lines).toEqual(['line 1', 'line 2', 'line 3']);
      expect(failure).toMatchObject({ code: 5, details: 'The log stream does not existed' });
    });

    it('is refused to those who may not read', async () => {
      for (const [metadata, code] of [[new Metadata(), 16], [withToken(READER_TOKEN), 7]] as const) {
        const failure = await new Promise((resolve) => stream(metadata).once('error', resolve).resume());
        expect(failure).toMatchObject({ code });
      }
      expect(asked()).toEqual([]);
    });

    it('asks for nothing once the client is gone', async () => {
      edge.peers.on('AwaitLogs', () => ({ logs: [row(1)], line_num: row(1).line_num }));
      const call = stream(withToken(ADMIN_TOKEN));
      call.on('error', () => undefined);
      await new Promise((resolve) => call.once('data', resolve));
      call.cancel();
      const last = await restsAt(() => asked().length);
      expect(await restsAt(() => asked().length)).toBe(last);
    });
  });

  async function until(holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 20_000; !holds(); await delay(5)) if (Date.now() > end) throw new Error('it never came to be');
  }

  /** A count once it has stood still for a while. */
  async function restsAt(count: () => number): Promise<number> {
    for (let [last, still] = [count(), 0]; ; ) {
      await delay(20);
      [last, still] = count() === last ? [last, still + 1] : [count(), 0];
      if (still === 25) return last;
    }
  }
});
