import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const epollCreate = libc.func('int epoll_create1(int flags)');
const epollControl = libc.func('int epoll_ctl(int epfd, int op, int fd, void *event)');
const epollWait = libc.func('int epoll_wait(int epfd, void *events, int maximum, int timeout)');
const close = libc.func('int close(int fd)');

const EPOLL_CLOEXEC = 0o2000000;
const ADD = 1;
const REMOVE = 2;
const CHANGE = 3;
const MOST_EVENTS = 256;
/** struct epoll_event is packed on amd64 only. */
const [EVENT_BYTES, DATA_AT] = process.arch === 'x64' ? [12, 4] : [16, 8];

export const READABLE = 0x001;
export const WRITABLE = 0x004;
export const BROKEN = 0x008;

export type ReadyHandler = (events: number) => void;

/** epoll, with one handler for each descriptor. */
export class Poller {
  readonly #fd: number;
  readonly #handlers = new Map<number, ReadyHandler>();
  readonly #interests = new Map<number, number>();
  readonly #events = Buffer.alloc(MOST_EVENTS * EVENT_BYTES);
  readonly #event = Buffer.alloc(EVENT_BYTES);

  constructor() {
    this.#fd = epollCreate(EPOLL_CLOEXEC) as number;
    if (this.#fd < 0) throw new Error(`epoll_create1 failed with errno ${koffi.errno()}`);
  }

  add(fd: number, interest: number, handler: ReadyHandler): void {
    this.#handlers.set(fd, handler);
    this.change(fd, interest);
  }

  /** No interest at all takes the descriptor out, as a broken one would be reported for ever otherwise. */
  change(fd: number, interest: number): void {
    const before = this.#interests.get(fd) ?? 0;
    if (before === interest) return;
    this.#event.writeUInt32LE(interest, 0);
    this.#event.writeInt32LE(fd, DATA_AT);
    if (epollControl(this.#fd, before === 0 ? ADD : interest === 0 ? REMOVE : CHANGE, fd, this.#event) !== 0) {
      throw new Error(`epoll_ctl failed with errno ${koffi.errno()}`);
    }
    if (interest === 0) this.#interests.delete(fd);
    else this.#interests.set(fd, interest);
  }

  /** Must come before the descriptor is closed. */
  remove(fd: number): void {
    this.change(fd, 0);
    this.#handlers.delete(fd);
  }

  /** Waits until something is ready or the time is over, and calls the handlers of what is. One that throws is not called again. */
  wait(timeoutMs: number, onError: (error: unknown) => void): void {
    const count = epollWait(this.#fd, this.#events, MOST_EVENTS, timeoutMs) as number;
    for (let index = 0; index < count; index++) {
      const at = index * EVENT_BYTES;
      // A handler before this one may have removed it.
      const fd = this.#events.readInt32LE(at + DATA_AT);
      if (!this.#interests.has(fd)) continue;
      try {
        this.#handlers.get(fd)?.(this.#events.readUInt32LE(at));
      } catch (error) {
        this.remove(fd);
        onError(error);
      }
    }
  }

  close(): void {
    close(this.#fd);
  }
}
