import { BROKEN, READABLE, WRITABLE, type Poller } from './poller.js';
import { closeFd, EAGAIN, EINTR, endWriting, readInto, resetOnClose, sendFrom } from './system-calls.js';

const CHUNK_BYTES = 64 * 1024;
/** Chunks moved for one event, so that one busy connection does not hold up the others. */
const CHUNKS_AT_ONCE = 4;
const chunk = Buffer.allocUnsafe(CHUNK_BYTES);

/** Sees what goes out before it does, and answers what may; `undefined` ends the connection. */
export type Guard = (bytes: Buffer) => Buffer | undefined;

interface Direction {
  readonly from: number;
  readonly to: number;
  readonly guard: Guard | undefined;
  /** Read, but not taken by the other side yet; nothing more is read meanwhile. */
  pending: Buffer | undefined;
  ended: boolean;
}

/** Two connected sockets, each given what the other says, with the ends of both. Closes both when both have ended. */
export class TcpRelay {
  readonly #poller: Poller;
  readonly #onClosed: () => void;
  readonly #directions: readonly [Direction, Direction];
  #closed = false;

  constructor(poller: Poller, sockets: { readonly inside: number; readonly outside: number; readonly guard?: Guard | undefined }, onClosed: () => void) {
    this.#poller = poller;
    this.#onClosed = onClosed;
    const { inside, outside, guard } = sockets;
    this.#directions = [
      { from: inside, to: outside, guard, pending: undefined, ended: false },
      { from: outside, to: inside, guard: undefined, pending: undefined, ended: false },
    ];
    for (const { from } of this.#directions) poller.add(from, READABLE, (events) => this.#ready(from, events));
  }

  /** Ends both at once; the other ends see a reset. */
  abort(): void {
    for (const { from } of this.#directions) resetOnClose(from);
    this.#close();
  }

  #ready(fd: number, events: number): void {
    if ((events & BROKEN) !== 0) return this.abort();
    const [one, other] = this.#directions;
    const reading = one.from === fd ? one : other;
    const writing = one.from === fd ? other : one;
    if ((events & WRITABLE) !== 0 && writing.pending !== undefined) this.#write(writing, writing.pending);
    if (!this.#closed && reading.pending === undefined && !reading.ended) this.#move(reading);
    if (!this.#closed) this.#settle();
  }

  #move(direction: Direction): void {
    for (let round = 0; round < CHUNKS_AT_ONCE && direction.pending === undefined && !this.#closed; round++) {
      const count = readInto(direction.from, chunk);
      if (count === -EAGAIN || count === -EINTR) return;
      if (count < 0) return this.abort();
      if (count === 0) {
        direction.ended = true;
        return endWriting(direction.to);
      }
      const bytes = chunk.subarray(0, count);
      const allowed = direction.guard === undefined ? bytes : direction.guard(bytes);
      if (allowed === undefined) return this.abort();
      if (allowed.length > 0) this.#write(direction, allowed);
    }
  }

  #write(direction: Direction, bytes: Buffer): void {
    const count = sendFrom(direction.to, bytes);
    if (count < 0 && count !== -EAGAIN && count !== -EINTR) return this.abort();
    const taken = Math.max(count, 0);
    // The chunk is used again, so what is left is copied.
    direction.pending = taken === bytes.length ? undefined : Buffer.from(bytes.subarray(taken));
  }

  #settle(): void {
    const [one, other] = this.#directions;
    if (one.ended && other.ended && one.pending === undefined && other.pending === undefined) return this.#close();
    for (const [reading, writing] of [[one, other], [other, one]] as const) {
      const wantsToRead = !reading.ended && reading.pending === undefined;
      this.#poller.change(reading.from, (wantsToRead ? READABLE : 0) | (writing.pending === undefined ? 0 : WRITABLE));
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { from } of this.#directions) {
      this.#poller.remove(from);
      closeFd(from);
    }
    this.#onClosed();
  }
}
