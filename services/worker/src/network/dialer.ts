import { once } from 'node:events';
import { close } from 'node:fs';
import { Socket, type OnReadOpts } from 'node:net';
import { constants } from 'node:os';
import { extname } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { Worker } from 'node:worker_threads';
import { DialFailure } from './dial-failure.js';

export interface DialRequest {
  readonly kind: 'dial';
  readonly id: number;
  readonly namespaceFd: number;
  readonly port: number;
  readonly timeoutMs: number;
}

/** Asks for what a link into the namespace is made of. */
export interface LinkRequest {
  readonly kind: 'link';
  readonly id: number;
  readonly namespaceFd: number;
  /** Of the interface. */
  readonly name: string;
}

export type ThreadRequest = DialRequest | LinkRequest;

/** Descriptors that belong to a namespace: an interface without configuration, and sockets that are not bound. */
export interface RawLink {
  readonly tunFd: number;
  readonly netlinkFd: number;
  readonly ipv4Fd: number;
  readonly ipv6Fd: number | undefined;
}

export type DialAnswer =
  | { readonly id: number; readonly fd: number }
  | { readonly id: number; readonly link: RawLink }
  | { readonly id: number; readonly errno: number };

/** Unfinished dials to one namespace. A function that accepts nothing must not pile up descriptors of the worker. */
const MOST_UNFINISHED = 256;

interface Waiting {
  resolve(made: number | RawLink): void;
  reject(failure: DialFailure): void;
}

/** Connects into the network namespaces of instances, by way of the dial thread. */
export class Dialer {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed = false;

  /** Starts the thread; rejects when it cannot run here. */
  static async open(): Promise<Dialer> {
    // The thread's file has this file's ending: compiled beside compiled, source beside source.
    const thread = new Worker(new URL(`./dial-thread${extname(import.meta.url)}`, import.meta.url));
    await once(thread, 'message'); // It says that it listens. An error of it rejects.
    return new Dialer(thread);
  }

  private constructor(thread: Worker) {
    this.#thread = thread;
    this.#thread.on('message', (answer: DialAnswer) => this.#settle(answer));
    this.#thread.on('error', (error) => this.#fail(error));
    this.#thread.unref();
  }

  /** A route into the namespace of an open descriptor. The caller keeps the descriptor open until the route is closed. */
  route(namespaceFd: number): Route {
    return new Route((port, timeoutMs) => this.#ask({ kind: 'dial', namespaceFd, port, timeoutMs }) as Promise<number>);
  }

  /** Makes what a link into the namespace needs. The caller closes the descriptors. Rejects with a DialFailure. */
  openLink(namespaceFd: number, name: string): Promise<RawLink> {
    return this.#ask({ kind: 'link', namespaceFd, name }) as Promise<RawLink>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.terminate();
    this.#rejectAll('The worker is stopping.');
  }

  #ask(request: Omit<DialRequest, 'id'> | Omit<LinkRequest, 'id'>): Promise<number | RawLink> {
    if (this.#closed) return Promise.reject(new DialFailure('CLOSED', 'The worker is stopping.'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread.postMessage({ ...request, id } satisfies ThreadRequest);
    });
  }

  #settle(answer: DialAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('errno' in answer) waiting?.reject(failureOf(answer.errno));
    else if (waiting !== undefined) waiting.resolve('fd' in answer ? answer.fd : answer.link);
    else for (const fd of 'fd' in answer ? [answer.fd] : descriptorsOf(answer.link)) close(fd);
  }

  #fail(error: Error): void {
    this.#closed = true;
    this.#rejectAll(`The dial thread ended: ${error.message}`);
  }

  #rejectAll(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new DialFailure('CLOSED', message));
    this.#waiting.clear();
  }
}

/** The way to one instance. */
export class Route {
  readonly #dial: (port: number, timeoutMs: number) => Promise<number>;
  #unfinished = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(dial: (port: number, timeoutMs: number) => Promise<number>) {
    this.#dial = dial;
  }

  /** A connected socket to 127.0.0.1:`port` of the namespace. With `onread` it puts what it reads there, instead of emitting 'data'. */
  async connect(port: number, timeoutMs: number, onread?: OnReadOpts): Promise<Socket> {
    if (this.#closed) throw new DialFailure('CLOSED', 'The instance is stopping.');
    if (this.#unfinished >= MOST_UNFINISHED) {
      throw new DialFailure('BUSY', `The instance has ${MOST_UNFINISHED} unfinished connections already.`);
    }
    this.#unfinished++;
    try {
      const fd = await this.#dial(port, timeoutMs);
      return new Socket({ fd, readable: true, writable: true, onread }).setNoDelay(true);
    } finally {
      if (--this.#unfinished === 0) this.#whenIdle?.();
    }
  }

  /** Refuses new dials and waits for those under way, so that the namespace's descriptor may be closed. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#unfinished > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }
}

export function descriptorsOf({ tunFd, netlinkFd, ipv4Fd, ipv6Fd }: RawLink): number[] {
  return [tunFd, netlinkFd, ipv4Fd, ...(ipv6Fd === undefined ? [] : [ipv6Fd])];
}

function failureOf(errno: number): DialFailure {
  switch (errno) {
    case constants.errno.ECONNREFUSED:
      return new DialFailure('REFUSED', 'Nothing listens on the port of the instance.');
    case constants.errno.ETIMEDOUT:
      return new DialFailure('TIMED_OUT', 'The instance did not accept the connection in time.');
    default:
      return new DialFailure('FAILED', `The connection to the instance failed: ${getSystemErrorName(-errno)}.`);
  }
}
