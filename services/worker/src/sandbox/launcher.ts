import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface StartOrder {
  readonly kind: 'start';
  readonly id: number;
  readonly program: string;
  readonly args: readonly string[];
  /** What become its stdout and stderr. The caller closes its own when the program has begun. */
  readonly outputFds: readonly [number, number];
  /** What it reads from further descriptors. */
  readonly inputs: readonly (readonly [fd: number, bytes: Uint8Array])[];
  /** Where it tells its sandbox's first process, and where it waits to be released. */
  readonly infoFd: number;
  readonly blockFd: number;
}

export type LaunchOrder = StartOrder | { readonly kind: 'release' | 'kill'; readonly id: number };

export type LaunchNews =
  | { readonly kind: 'listening'; readonly id: 0 }
  | { readonly kind: 'started'; readonly id: number }
  | { readonly kind: 'informed'; readonly id: number; readonly firstPid: number | undefined }
  | { readonly kind: 'ended'; readonly id: number; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** How a program ended; `failure` when it never began. */
export interface SupervisorEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly failure?: string;
}

/** The program around one sandbox, which ends when the sandbox does. */
export interface Supervisor {
  /** Whether it has begun; its descriptors are its own from then on. Never rejects. */
  readonly begun: Promise<void>;
  /** The host pid of the sandbox's first process; undefined when it ended without having made the sandbox. */
  readonly firstPid: Promise<number | undefined>;
  /** Never rejects. */
  readonly ended: Promise<SupervisorEnd>;
  release(): void;
  kill(): void;
}

interface Known {
  begin(): void;
  inform(firstPid: number | undefined): void;
  end(how: SupervisorEnd): void;
}

/**
 * Starts programs on the launch thread. Should that thread end, so do all it has started, as they would with the worker: they are told to
 * have been killed, and the next start makes another thread.
 */
export class Launcher {
  readonly #known = new Map<number, Known>();
  #thread: Worker | undefined;
  #lastId = 0;
  #closed = false;

  /** Rejects when the thread cannot run here. */
  static async open(): Promise<Launcher> {
    const launcher = new Launcher();
    const thread = launcher.#openThread();
    await once(thread, 'message'); // It says that it listens. An error of it rejects.
    thread.unref();
    return launcher;
  }

  start(order: Omit<StartOrder, 'kind' | 'id'>): Supervisor {
    if (this.#closed) throw new Error('The worker is stopping.');
    const thread = this.#thread ?? this.#openThread();
    const id = ++this.#lastId;
    const begun = Promise.withResolvers<void>();
    const firstPid = Promise.withResolvers<number | undefined>();
    const ended = Promise.withResolvers<SupervisorEnd>();
    this.#known.set(id, {
      begin: begun.resolve,
      inform: firstPid.resolve,
      end: (how) => {
        begun.resolve();
        firstPid.resolve(undefined);
        ended.resolve(how);
      },
    });
    // This process waits for what it started, as for any child of its own.
    thread.ref();
    thread.postMessage({ ...order, kind: 'start', id } satisfies LaunchOrder);
    const tell = (kind: 'release' | 'kill') => () => thread.postMessage({ kind, id } satisfies LaunchOrder);
    return { begun: begun.promise, firstPid: firstPid.promise, ended: ended.promise, release: tell('release'), kill: tell('kill') };
  }

  /** What it started must have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread?.terminate();
  }

  #openThread(): Worker {
    // The thread's file has this file's ending: compiled beside compiled, source beside source.
    const thread = new Worker(new URL(`./launch-thread${extname(import.meta.url)}`, import.meta.url));
    this.#thread = thread;
    thread.on('message', (news: LaunchNews) => this.#hear(news));
    thread.on('error', () => undefined); // 'exit' follows.
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
      for (const id of [...this.#known.keys()]) this.#end(id, { code: null, signal: 'SIGKILL' });
    });
    return thread;
  }

  #hear(news: LaunchNews): void {
    switch (news.kind) {
      case 'listening':
        return;
      case 'started':
        return this.#known.get(news.id)?.begin();
      case 'informed':
        return this.#known.get(news.id)?.inform(news.firstPid);
      case 'ended':
        return this.#end(news.id, { code: news.code, signal: news.signal });
      case 'failed':
        return this.#end(news.id, { code: null, signal: null, failure: news.message });
      default:
        return news satisfies never;
    }
  }

  #end(id: number, how: SupervisorEnd): void {
    const known = this.#known.get(id);
    this.#known.delete(id);
    if (this.#known.size === 0) this.#thread?.unref();
    known?.end(how);
  }
}
