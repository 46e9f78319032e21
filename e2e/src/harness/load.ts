import { Agent, request } from 'node:http';

/** What one request came to; status 0 is a connection that broke. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly tookMs: number;
}

/** A client that keeps its connections, as many as it has requests under way. Nothing is sent twice. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly url: string) {}

  /** Never rejects: a connection that breaks is an answer too. `path` follows the URL. */
  ask(path = '', method = 'GET', content?: string): Promise<Answer> {
    const from = performance.now();
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve({ status: 0, body: error.message, headers: {}, tookMs: performance.now() - from });
      const outgoing = request(`${this.url.replace(/\/$/, '')}/${path}`, { agent: this.agent, method }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (piece: string) => (body += piece)).on('error', failed);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers, tookMs: performance.now() - from }));
      });
      outgoing.on('error', failed).end(content);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

const MOST_KEPT_FAILURES = 20;

/** Requests one after the other on each of several connections, until it is stopped. */
export class Load {
  answered = 0;
  failed = 0;
  /** The first of them, to be told. */
  readonly failures: string[] = [];
  private readonly client: Client;
  private readonly loops: Promise<void>[];
  private going = true;

  constructor(url: string, connections: number, send: (client: Client, nth: number) => Promise<Answer> = (client) => client.ask()) {
    this.client = new Client(url);
    this.loops = Array.from({ length: connections }, () => this.loop(send));
  }

  /** Resolves when so many more were answered; rejects when that does not come to be within half a minute. */
  async more(requests: number): Promise<void> {
    const wanted = this.answered + requests;
    const until = Date.now() + 30_000;
    while (this.answered < wanted) {
      if (Date.now() > until) throw new Error(`only ${this.answered} of ${wanted} requests were answered; failures: ${this.failures.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.loops);
    this.client.close();
  }

  private async loop(send: (client: Client, nth: number) => Promise<Answer>): Promise<void> {
    while (this.going) {
      const { status, body } = await send(this.client, this.answered);
      this.answered += 1;
      if (status === 200) continue;
      this.failed += 1;
      if (this.failures.length < MOST_KEPT_FAILURES) this.failures.push(`${status} ${body.slice(0, 300)}`);
      // Nobody listens: asking more often would not help.
      if (status === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
