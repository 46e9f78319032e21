import { randomInt } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parseAddress } from './address-ranges.js';
import { failureOf, isQuestion, refusalOf } from './dns-message.js';
import type { Endpoint } from './packet.js';
import { READABLE, type Poller } from './poller.js';
import { closeFd, openConnecting, readInto, sendFrom } from './system-calls.js';

const PORT = 53;
const ANSWER_MS = 5_000;
/** Questions of all instances that wait for an answer. */
const MOST_WAITING = 1_024;
const RESOLV_CONF = '/etc/resolv.conf';
const LOOK_AGAIN_MS = 5_000;
const answerBuffer = Buffer.allocUnsafe(65_535);

interface Waiting {
  readonly fd: number;
  readonly question: Buffer;
  readonly id: number;
  readonly since: number;
  readonly answered: (answer: Buffer | undefined) => void;
}

/** Asks the machine's name servers, or those the operator named, on behalf of instances. Each question has a socket and an id of its own. */
export class NameServer {
  readonly #poller: Poller;
  readonly #budget: { sockets: number };
  readonly #now: () => number;
  readonly #configured: readonly Endpoint[];
  readonly #waiting = new Set<Waiting>();
  #found: readonly Endpoint[] = [];
  #lookedAt = -Infinity;
  #modified = 0;
  #turn = 0;

  /** `servers`: addresses, each with ":port" or "#port" if that is not 53; none means those of the machine. */
  constructor(options: { readonly poller: Poller; readonly budget: { sockets: number }; readonly now: () => number; readonly servers: readonly Endpoint[] }) {
    this.#poller = options.poller;
    this.#budget = options.budget;
    this.#now = options.now;
    this.#configured = options.servers;
  }

  /** The server whose turn it is: the first, until it does not answer. */
  upstream(): Endpoint | undefined {
    const servers = this.#configured.length > 0 ? this.#configured : this.#serversOfMachine();
    return servers[this.#turn % Math.max(servers.length, 1)];
  }

  /** `answered` is called once, perhaps before this returns, with what to tell the app; nothing where nothing should be said. */
  ask(question: Buffer, answered: (answer: Buffer | undefined) => void): void {
    if (!isQuestion(question)) return answered(refusalOf(question));
    const server = this.upstream();
    if (server === undefined || this.#waiting.size >= MOST_WAITING || this.#budget.sockets < 1) return answered(failureOf(question));
    const { fd, errno } = openConnecting('udp', server);
    if (fd < 0 || errno !== 0) {
      if (fd >= 0) closeFd(fd);
      return answered(failureOf(question));
    }
    this.#budget.sockets -= 1;
    const waiting: Waiting = { fd, question, id: randomInt(0x10000), since: this.#now(), answered };
    this.#waiting.add(waiting);
    this.#poller.add(fd, READABLE, () => this.#receive(waiting));
    const asked = Buffer.from(question);
    asked.writeUInt16BE(waiting.id, 0);
    sendFrom(fd, asked);
  }

  sweep(): void {
    const tooOld = this.#now() - ANSWER_MS;
    for (const waiting of [...this.#waiting]) if (waiting.since < tooOld) this.#giveUp(waiting);
  }

  close(): void {
    for (const waiting of [...this.#waiting]) this.#settle(waiting, undefined);
  }

  #receive(waiting: Waiting): void {
    const length = readInto(waiting.fd, answerBuffer);
    if (length < 0) return this.#giveUp(waiting);
    // The socket takes what comes from the server's address only; the id sorts out what was made up under it.
    if (length < 12 || answerBuffer.readUInt16BE(0) !== waiting.id) return;
    const answer = Buffer.from(answerBuffer.subarray(0, length));
    waiting.question.copy(answer, 0, 0, 2);
    this.#settle(waiting, answer);
  }

  #giveUp(waiting: Waiting): void {
    this.#turn += 1;
    this.#settle(waiting, failureOf(waiting.question));
  }

  #settle(waiting: Waiting, answer: Buffer | undefined): void {
    this.#waiting.delete(waiting);
    this.#poller.remove(waiting.fd);
    closeFd(waiting.fd);
    this.#budget.sockets += 1;
    waiting.answered(answer);
  }

  #serversOfMachine(): readonly Endpoint[] {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return this.#found;
    this.#lookedAt = now;
    const modified = statSync(RESOLV_CONF, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (modified === this.#modified) return this.#found;
    this.#modified = modified;
    this.#found = modified === 0 ? [] : nameServersOf(readFileSync(RESOLV_CONF, 'utf8'));
    return this.#found;
  }
}

/** The servers a resolv.conf(5) names. */
export function nameServersOf(text: string): Endpoint[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, name = '']) => {
    const address = parseAddress(name.replace(/%.*$/, ''));
    return address === undefined ? [] : [{ address, port: PORT }];
  });
}
