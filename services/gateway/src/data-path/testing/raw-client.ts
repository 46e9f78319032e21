import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createBodyDecoder, ResponseHeadParser, type HeaderField, type ResponseHead } from '@windlass/http1';

export interface Answer {
  readonly head: ResponseHead;
  readonly body: string;
  readonly trailers: readonly HeaderField[];
  /** Interim responses before it. */
  readonly interim: readonly number[];
}

/** A client that writes exactly the bytes it is told, and reads one answer after the other. */
export class RawClient {
  private received: Buffer = Buffer.alloc(0);
  private ended = false;
  private wake: (() => void) | undefined;

  private constructor(readonly socket: Socket) {
    socket.on('data', (piece: Buffer) => {
      this.received = Buffer.concat([this.received, piece]);
      this.wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.wake?.();
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  send(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }

  /** The next final answer. Fails when the connection ends before it is complete. */
  async answer(method = 'GET'): Promise<Answer> {
    const interim: number[] = [];
    for (;;) {
      const head = await this.head(method);
      if (head.status >= 200 || head.status === 101) return { head, ...(await this.body(head)), interim };
      interim.push(head.status);
    }
  }

  /** Waits until at least `length` bytes have come, and takes them. */
  async bytes(length: number): Promise<string> {
    while (this.received.length < length) await this.more();
    const taken = this.received.subarray(0, length).toString('latin1');
    this.received = this.received.subarray(length);
    return taken;
  }

  /** Resolves with whatever is still unread when the connection is closed. */
  async closed(): Promise<string> {
    while (!this.ended) await this.wait();
    return this.received.toString('latin1');
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async head(method: string): Promise<ResponseHead> {
    const parser = new ResponseHeadParser();
    for (;;) {
      const read = this.received.length > 0 ? parser.read(this.received, method) : undefined;
      this.received = read?.rest ?? Buffer.alloc(0);
      if (read !== undefined) return read.head;
      await this.more();
    }
  }

  private async body(head: ResponseHead): Promise<Pick<Answer, 'body' | 'trailers'>> {
    const decoder = createBodyDecoder(head.body);
    const slices: Buffer[] = [];
    while (!decoder.done) {
      if (this.received.length === 0 && this.ended) decoder.close();
      else if (this.received.length === 0) await this.wait();
      else this.received = decoder.decode(this.received, (slice) => slices.push(slice)) ?? Buffer.alloc(0);
    }
    return { body: Buffer.concat(slices).toString('latin1'), trailers: decoder.trailers.fields };
  }

  private async more(): Promise<void> {
    if (this.ended) throw new Error('The connection ended before the answer was complete.');
    await this.wait();
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
