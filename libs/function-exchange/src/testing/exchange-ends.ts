import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endToEndFields, type BodyFraming, type HeaderField, type ResponseHead } from '@windlass/http1';
import type { Socket } from 'node:net';
import { CLOSED, failureBody, RemoteWorker, startExchangeServer, type BodyReceiver, type CallerListener, type Failure, type FunctionRequest, type FunctionServer, type RequestBody, type UpgradeEnd, type WorkerCaller, type WorkerLoss } from '../index.js';

/** The two ways from whoever calls to whoever runs functions. */
export interface Way {
  serve(request: FunctionRequest, caller: WorkerCaller): void;
  close(): Promise<void>;
}

export const ways: Readonly<Record<string, (functions: FunctionServer) => Promise<Way>>> = {
  'within one process': async (functions) => ({ serve: (request, caller) => functions.serve(request, caller), close: async () => undefined }),
  'over a socket': async (functions) => {
    const directory = await mkdtemp(join(tmpdir(), 'windlass-exchange-'));
    const socketPath = join(directory, 'data.sock');
    const server = await startExchangeServer({ socketPath, functions, upgradeLimits: { idleMs: 60_000, maxMs: 60_000 }, maxConnections: 100 });
    const worker = new RemoteWorker(socketPath, { maxWorkerConnections: 100, workerConnectMs: 5_000, workerIdleMs: 5_000 });
    return {
      serve: (request, caller) => worker.serve(request, caller),
      close: async () => {
        worker.close();
        await server.close();
        await rm(directory, { recursive: true });
      },
    };
  },
};

/** What a client would know in the end. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly fields: readonly HeaderField[]; readonly body: string; readonly trailers: readonly HeaderField[]; readonly interim: readonly number[] }
  | { readonly kind: 'cut'; readonly body: string }
  | { readonly kind: 'lost'; readonly loss: WorkerLoss['kind'] };

/** Whoever waits for an answer. `keepsUp` says how much it takes. */
export class RecordingCaller implements WorkerCaller {
  gone = false;
  listener: CallerListener | undefined;
  readonly outcome: Promise<Outcome>;
  keepsUp: (received: number) => boolean = () => true;
  received = 0;
  onHead: () => void = () => undefined;
  onUpgrade: (app: Socket, rest: Buffer) => Promise<UpgradeEnd> = async () => CLOSED;
  private readonly settle: (outcome: Outcome) => void;
  private status = 0;
  private fields: readonly HeaderField[] = [];
  private readonly interims: number[] = [];
  private readonly slices: Buffer[] = [];

  constructor(private readonly requestId: string) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.settle = resolve;
  }

  interim(head: ResponseHead): void {
    this.interims.push(head.status);
  }

  head(head: ResponseHead, body: BodyFraming): void {
    this.status = head.status;
    this.fields = endToEndFields(head.headers);
    if (body.kind === 'length' && !head.headers.has('content-length')) this.fields = [...this.fields, ['Content-Length', String(body.length)]];
    this.onHead();
  }

  data(slice: Buffer): boolean {
    this.slices.push(slice);
    this.received += slice.length;
    return this.keepsUp(this.received);
  }

  flush(): void {}

  end(trailers: Iterable<HeaderField>): void {
    const { status, fields, interims } = this;
    this.settle({ kind: 'answered', status, fields, body: this.body, trailers: [...trailers], interim: interims });
  }

  cut(): void {
    this.settle({ kind: 'cut', body: this.body });
  }

  /** As it is written for a client by whoever has no answer of the function. */
  fail(failure: Failure): void {
    const body = failureBody(failure, this.requestId);
    this.status = failure.httpStatus;
    this.fields = [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
      ['X-CFF-Request-Id', this.requestId],
      ['X-Func-Err-Code', String(failure.code)],
      ['X-Is-Func-Err', String(failure.fault === 'function')],
      ['X-Func-Err-Reason', failure.reason],
      ...(failure.retryAfterSeconds === undefined ? [] : [['Retry-After', String(failure.retryAfterSeconds)] as const]),
    ];
    this.slices.push(body);
    this.end([]);
  }

  lost(loss: WorkerLoss): void {
    this.settle({ kind: 'lost', loss: loss.kind });
  }

  upgrade(head: ResponseHead, app: Socket, rest: Buffer): Promise<UpgradeEnd> {
    this.status = head.status;
    return this.onUpgrade(app, rest);
  }

  private get body(): string {
    return Buffer.concat(this.slices).toString('latin1');
  }
}

/** A body that is sent as fast as it is taken. */
export class SentBody implements RequestBody {
  started = false;
  sent = 0;
  private receiver: BodyReceiver | undefined;
  private paused = false;
  private pumping = false;
  private ended = false;
  private readonly left: Buffer[];

  constructor(
    readonly framing: BodyFraming,
    slices: readonly Buffer[] = [],
    private readonly trailers: readonly HeaderField[] = [],
    /** Keeps the end back until `finish`. */
    private held = false,
  ) {
    this.left = [...slices];
  }

  start(receiver: BodyReceiver): void {
    this.started = true;
    this.receiver = receiver;
    this.pump();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.pump();
  }

  finish(): void {
    this.held = false;
    this.pump();
  }

  private pump(): void {
    if (this.receiver === undefined || this.pumping) return;
    this.pumping = true;
    for (let slice = this.left[0]; slice !== undefined && !this.paused; slice = this.left[0]) {
      this.left.shift();
      this.sent += slice.length;
      this.receiver.slice(slice);
    }
    this.pumping = false;
    if (this.left.length > 0 || this.held || this.ended) return;
    this.ended = true;
    this.receiver.end(this.trailers);
  }
}
