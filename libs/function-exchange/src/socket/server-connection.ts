import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { isHttp1Error, RequestHeadParser, serializeResponseHead, type RequestHead } from '@windlass/http1';
import { failureBody } from '../failure.js';
import type { FunctionServer } from '../function-request.js';
import { FunctionFields } from '../platform-fields.js';
import type { UpgradeLimits } from '../upgrade-end.js';
import { ServedRequest, type RequestConnection } from './served-request.js';
import { readWireFields } from './wire-fields.js';

/** How long a connection that is over may take to close. */
const LINGER_MS = 5_000;
const FIELDS = new FunctionFields();

/** One connection of a gateway: requests one after the other, each handed to whoever serves them. */
export class ServerConnection implements RequestConnection {
  private readonly heads = new RequestHeadParser();
  private current: ServedRequest | undefined;

  constructor(
    readonly socket: Socket,
    private readonly functions: FunctionServer,
    private readonly upgradeLimits: UpgradeLimits,
  ) {
    socket.on('data', this.onData);
    socket.on('drain', this.onDrain);
    socket.on('end', this.onEnd);
    socket.on('close', this.onClose);
    // What is wrong with it shows as the close that follows.
    socket.on('error', () => undefined);
  }

  over(keep: boolean, rest: Buffer): void {
    this.current = undefined;
    if (!keep) {
      this.close();
      return;
    }
    this.socket.resume();
    if (rest.length > 0) this.onData(rest);
  }

  leave(): void {
    this.current = undefined;
    this.socket.off('data', this.onData);
    this.socket.off('drain', this.onDrain);
    this.socket.off('end', this.onEnd);
    this.socket.off('close', this.onClose);
  }

  private readonly onData = (piece: Buffer): void => {
    if (this.current !== undefined) {
      this.current.received(piece);
      return;
    }
    try {
      const parsed = this.heads.read(piece);
      if (parsed !== undefined) this.begin(parsed.head, parsed.rest);
    } catch (error) {
      if (!isHttp1Error(error)) throw error;
      this.refuse(error.status, error.message);
    }
  };

  private readonly onDrain = (): void => this.current?.drained();

  /** A gateway keeps its side open until it has the answer: it does not want this one any more. An upgraded connection is another matter. */
  private readonly onEnd = (): void => void this.socket.destroy();

  private readonly onClose = (): void => {
    this.current?.closed();
    this.current = undefined;
  };

  /** Sends what is written and ends. What the gateway still sends is read and dropped, so that it gets to read the answer. */
  private close(): void {
    this.socket.off('data', this.onData);
    this.socket.off('end', this.onEnd);
    this.socket.resume();
    this.socket.end();
    setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
  }

  private begin(head: RequestHead, rest: Buffer): void {
    // A tunnel has no answer whose end could be found.
    if (head.method === 'CONNECT') {
      this.refuse(405, 'Functions do not take the method CONNECT.');
      return;
    }
    const wire = readWireFields(head);
    if ('missing' in wire) {
      this.refuse(400, `The field ${wire.missing} is missing or malformed.`);
      return;
    }
    const request = new ServedRequest(this, head, wire.requestId, this.upgradeLimits, rest);
    this.current = request;
    const { method, target, upgrade, headers } = head;
    this.functions.serve({ ...wire, method, target, upgrade, headers, fieldLines: FIELDS.lines(headers), body: request }, request);
  }

  /** Bytes that are no request of ours: what follows them cannot be understood either. */
  private refuse(status: number, detail: string): void {
    const body = failureBody({ code: 400, reason: 'REQUEST_MALFORMED', fault: 'caller', httpStatus: status, message: detail }, randomUUID());
    const fields = [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
      ['Connection', 'close'],
    ] as const;
    this.socket.write(Buffer.concat([serializeResponseHead(status, '', fields), body]));
    this.close();
  }
}
