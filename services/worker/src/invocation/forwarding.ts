import type { CoarseTimers } from '@windlass/coarse-timers';
import { Deadline } from '@windlass/coarse-timers';
import type { BodyProblem, BodyReceiver, Caller, CallerListener, FunctionRequest } from '@windlass/function-exchange';
import { createBodyDecoder, createBodyEncoder, isHttp1Error, type BodyDecoder, type BodyEncoder, type HeaderField, type ResponseHead } from '@windlass/http1';
import { DialFailure, type InstanceExit } from '../instance/index.js';
import type { AppConnection, ConnectionUser, PooledInstance } from '../pool/index.js';
import type { AnswerDelivery } from './answer-delivery.js';
import { limitOf, requestTimedOut, stepTimedOut, type AppTimers, type Waiting } from './app-timers.js';
import type { FailedOutcome } from './outcome.js';
import { ReplayBuffer } from './replay-buffer.js';

/** How long the exit of an instance may stay behind the break of its connections, in milliseconds. */
const EXIT_NEWS_MS = 1_000;

export interface ForwardingEnd {
  /** Absent when the function's answer arrived whole. */
  readonly failure: FailedOutcome | undefined;
  /** Whether the instance may serve others. */
  readonly condition: 'sound' | 'doubtful';
  /**
   * Present when another instance may be tried: this one was killed before it said anything, and the request may be sent twice; or it ended
   * before anything was sent to it.
   */
  readonly resend?: SentRequest | 'unsent';
}

/** A request that was sent whole. */
export interface SentRequest {
  readonly body: ReplayBuffer;
  readonly trailers: Iterable<HeaderField>;
}

/** How long a request may take: each step of its app, and all of it, in milliseconds; `setBy` says whose limit the latter is. */
export interface RequestTimes {
  readonly steps: AppTimers;
  readonly timeoutMs: number;
  readonly setBy: 'function' | 'route';
}

/** Hears once how a forwarding ended. */
export interface ForwardingOwner {
  forwarded(end: ForwardingEnd): void;
  /** A mistake of ours, on its way into the log. */
  mistaken(error: unknown): void;
}

const SERVED: ForwardingEnd = { failure: undefined, condition: 'sound' };
const NO_BYTES = Buffer.alloc(0);
const NO_FIELDS: readonly HeaderField[] = [];

/** One request on its way through one instance: sends it, reads the answer, and ends for exactly one reason. */
export class Forwarding implements ConnectionUser, BodyReceiver, CallerListener {
  private connection: AppConnection | undefined;
  private encoder: BodyEncoder | undefined;
  private decoder: BodyDecoder | undefined;
  private answer: ResponseHead | undefined;
  private bodyStarted = false;
  private bodyEnded = false;
  private trailers: Iterable<HeaderField> = NO_FIELDS;
  private heardAnything = false;
  private settled = false;
  /** The app does not take the request's body as fast as it comes; the caller does not take the answer's. */
  private bodyHeld = false;
  private answerHeld = false;
  private startedAt = 0;
  /** When something last moved between us and the app, or began to be waited for. */
  private movedAt = 0;
  private readonly deadline: Deadline;
  private readonly sent: ReplayBuffer;

  constructor(
    private readonly request: FunctionRequest,
    private readonly head: string,
    private readonly instance: PooledInstance,
    private readonly caller: Caller,
    private readonly delivery: AnswerDelivery,
    private readonly times: RequestTimes,
    private readonly owner: ForwardingOwner,
    timers: CoarseTimers,
    private readonly clock: () => number,
    resend?: SentRequest,
  ) {
    this.sent = resend?.body ?? new ReplayBuffer(request.method, request.body.framing);
    if (resend !== undefined) {
      this.bodyStarted = true;
      this.bodyEnded = true;
      this.trailers = resend.trailers;
    }
    this.deadline = new Deadline(timers, () => this.onDeadline());
  }

  /** How much of the request's body went to the app. */
  get bytesIn(): number {
    return this.sent.bytes;
  }

  begin(): void {
    const now = this.clock();
    this.startedAt = now;
    this.movedAt = now;
    this.setDeadline(this.times.timeoutMs);
    this.caller.listener = this;
    const { connections } = this.instance;
    const reusable = this.sent.replayable ? connections.reuse(now) : undefined;
    if (reusable !== undefined) {
      this.use(reusable);
      return;
    }
    if (!this.sent.replayable) connections.makeRoom();
    void this.dial();
  }

  // What the connection says.

  onBytes(piece: Buffer): void {
    this.heardAnything = true;
    try {
      this.read(piece);
    } catch (error) {
      if (isHttp1Error(error)) this.fail({ kind: 'RESPONSE_MALFORMED', detail: error.message }, 'sound');
      else this.breakDown(error);
    }
    if (this.settled) return;
    this.movedAt = this.clock();
    this.delivery.flush();
  }

  onWritable(): void {
    if (this.settled) return;
    this.movedAt = this.clock();
    this.bodyHeld = false;
    if (!this.bodyEnded) this.request.body.resume();
  }

  onClosed(error: Error | undefined): void {
    if (this.decoder !== undefined && this.answer?.body.kind === 'until-close' && error === undefined) {
      this.decoder.close();
      this.answered(NO_BYTES);
      return;
    }
    const replay = this.connection?.reused === true && !this.heardAnything && this.sent.replayable;
    this.connection = undefined;
    if (this.settled) return;
    // An app that closes an idle connection and a request that takes it can cross on the way.
    if (replay) this.dialAgain();
    else void this.lost(error?.message ?? 'it was closed');
  }

  // What the caller sends.

  slice(slice: Buffer): void {
    if (this.settled) return;
    this.sent.keep(slice);
    if (this.connection === undefined || this.encoder?.write(this.connection.socket, slice) !== false) return;
    this.bodyHeld = true;
    this.movedAt = this.clock();
    this.request.body.pause();
  }

  end(trailers: Iterable<HeaderField>): void {
    this.bodyEnded = true;
    this.trailers = trailers;
    if (this.settled || this.connection === undefined) return;
    this.encoder?.end(this.connection.socket, trailers);
    if (this.request.body.framing.kind !== 'none') this.movedAt = this.clock();
  }

  broken(problem: BodyProblem): void {
    this.fail(problem, 'sound');
  }

  /** What the caller sends meanwhile would be sent to nobody. */
  private dialAgain(): void {
    if (!this.bodyEnded) this.request.body.pause();
    this.bodyHeld = false;
    this.movedAt = this.clock();
    void this.dial();
  }

  private async dial(): Promise<void> {
    const { connectMs } = this.times.steps;
    let connection: AppConnection;
    try {
      connection = await this.instance.connections.open(connectMs);
    } catch (error) {
      if (error instanceof DialFailure && error.reason === 'TIMED_OUT') this.fail({ kind: 'CONNECT_TIMED_OUT', limitMs: connectMs }, 'doubtful');
      else await this.lost(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.settled) {
      connection.destroy();
      return;
    }
    this.movedAt = this.clock();
    this.use(connection);
  }

  private use(connection: AppConnection): void {
    this.connection = connection;
    connection.user = this;
    const { socket } = connection;
    const { body } = this.request;
    // Head and body leave together when the body is there already.
    const withBody = body.framing.kind !== 'none';
    if (withBody) socket.cork();
    socket.write(this.head, 'latin1');
    this.encoder = createBodyEncoder(body.framing);
    if (!this.bodyStarted) {
      this.bodyStarted = true;
      body.start(this);
    } else {
      for (const slice of this.sent.slices) this.encoder.write(socket, slice);
      if (this.bodyEnded) this.encoder.end(socket, this.trailers);
      else body.resume();
    }
    if (withBody) socket.uncork();
  }

  private read(bytes: Buffer): void {
    let piece = bytes;
    while (this.decoder === undefined) {
      const parsed = this.connection?.heads.read(piece, this.request.method);
      if (parsed === undefined) return;
      piece = parsed.rest;
      if (this.heard(parsed.head, piece) === 'over') return;
    }
    let problem: FailedOutcome | undefined;
    const rest = this.decoder.decode(piece, (slice) => (problem ??= this.delivery.data(slice)));
    if (problem !== undefined) this.fail(problem, 'sound');
    else if (rest !== undefined || this.decoder.done) this.answered(rest ?? NO_BYTES);
    else if (!this.delivery.keepsUp) this.holdAnswer();
  }

  /** The app may write no faster than the caller reads: what it has written stays in its own connection. */
  private holdAnswer(): void {
    this.answerHeld = true;
    this.connection?.socket.pause();
  }

  private heard(head: ResponseHead, rest: Buffer): 'go-on' | 'over' {
    if (head.status === 101) {
      this.upgraded(head, rest);
      return 'over';
    }
    if (head.status < 200) {
      // The caller's expectation was met by us before.
      if (head.status !== 100) this.delivery.interim(head);
      return 'go-on';
    }
    this.answer = head;
    this.decoder = createBodyDecoder(head.body);
    const problem = this.delivery.head(head);
    if (problem !== undefined) this.fail(problem, 'sound');
    return problem === undefined ? 'go-on' : 'over';
  }

  private answered(rest: Buffer): void {
    const { connection, answer } = this;
    if (this.settled || connection === undefined || answer === undefined) return;
    this.connection = undefined;
    if (answer.keepAlive && this.bodyEnded && rest.length === 0) {
      this.instance.connections.giveBack(connection, this.clock(), connection.promisedBy(answer));
    } else {
      connection.destroy();
    }
    this.settle();
    this.delivery.end(this.decoder?.trailers ?? NO_FIELDS);
    this.owner.forwarded(SERVED);
  }

  private upgraded(head: ResponseHead, rest: Buffer): void {
    const { connection } = this;
    if (connection === undefined) return;
    if (this.request.upgrade === undefined || head.upgrade !== this.request.upgrade || this.caller.gone) {
      this.fail({ kind: 'RESPONSE_MALFORMED', detail: 'It switches to a protocol that it was not asked for.' }, 'sound');
      return;
    }
    this.settle();
    this.connection = undefined;
    this.delivery.switched(head);
    void this.caller.upgrade(head, connection.detach(), rest).then((end) => this.owner.forwarded(end.kind === 'closed' ? SERVED : { failure: { kind: 'UPGRADE_ENDED', end }, condition: 'sound' }));
  }

  /** An app that works for nobody keeps its slot until it is done, unless it can notice: then it is told by closing. */
  onCallerGone(): void {
    if (!this.bodyEnded || this.delivery.streaming) this.fail({ kind: 'CALLER_GONE' }, 'sound');
  }

  onCallerWritable(): void {
    if (!this.answerHeld) return;
    this.answerHeld = false;
    this.movedAt = this.clock();
    this.connection?.socket.resume();
  }

  // Time.

  /** One deadline serves all timers: it passes at least as often as any step may take, and looks what is over then. */
  private setDeadline(ms: number): void {
    const { connectMs, firstByteMs, idleMs } = this.times.steps;
    this.deadline.set(Math.min(ms, connectMs, firstByteMs, idleMs));
  }

  private onDeadline(): void {
    const { steps, timeoutMs, setBy } = this.times;
    const now = this.clock();
    const waiting = this.waitsFor();
    const limitMs = limitOf(waiting, steps);
    const leftMs = this.startedAt + timeoutMs - now;
    const stepLeftMs = this.movedAt + limitMs - now;
    if (leftMs > 0 && stepLeftMs > 0) {
      this.setDeadline(Math.min(leftMs, stepLeftMs));
      return;
    }
    const failure = leftMs > 0 ? stepTimedOut(waiting, limitMs) : requestTimedOut(waiting, timeoutMs, setBy);
    // An app that streams hears by the closed connection that it is over; one that computes may do so for ever.
    const isNoticed = this.delivery.streaming || failure.kind === 'REQUEST_STALLED' || failure.kind === 'CALLER_STALLED';
    this.fail(failure, isNoticed ? 'sound' : 'doubtful');
  }

  private waitsFor(): Waiting {
    if (this.connection === undefined) return 'app-connects';
    if (this.answerHeld) return 'caller-takes';
    if (this.answer !== undefined) return 'app-goes-on';
    if (this.bodyEnded) return 'app-begins-answer';
    return this.bodyHeld ? 'app-takes-request' : 'caller-sends';
  }

  private async lost(detail: string): Promise<void> {
    const exit = await this.instance.exitWithin(EXIT_NEWS_MS);
    const stderrTail = this.instance.stderrTail.lines;
    if (exit !== undefined) this.fail({ kind: 'PROCESS_ENDED', exit, stderrTail }, 'sound', this.resend(exit));
    else this.fail({ kind: 'CONNECTION_LOST', detail, stderrTail }, 'sound');
  }

  /** A process that ends by itself would do so again; one that was killed is no fault of the request, nor is one that never had it. */
  private resend(exit: InstanceExit): SentRequest | 'unsent' | undefined {
    if (!this.bodyStarted) return 'unsent';
    const wasKilled = exit.kind === 'STOPPED' || (exit.kind === 'SIGNALED' && exit.signal === 'SIGKILL');
    return wasKilled && !this.heardAnything && this.bodyEnded && this.sent.replayable ? { body: this.sent, trailers: this.trailers } : undefined;
  }

  private fail(failure: FailedOutcome, condition: ForwardingEnd['condition'], resend?: ForwardingEnd['resend']): void {
    if (this.settled) return;
    this.connection?.destroy();
    this.connection = undefined;
    this.finish({ failure, condition, resend });
  }

  /** A mistake of ours ends this request and no other. */
  private breakDown(error: unknown): void {
    this.owner.mistaken(error);
    this.fail({ kind: 'WORKER_FAILED' }, 'doubtful');
  }

  private finish(end: ForwardingEnd): void {
    this.settle();
    this.owner.forwarded(end);
  }

  private settle(): void {
    this.settled = true;
    this.deadline.clear();
    this.caller.listener = undefined;
  }
}
