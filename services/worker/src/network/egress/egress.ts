import { accessSync, constants } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import type { Logger } from '@windlass/telemetry';
import type { Dialer } from '../dialer.js';
import { formatAddress, parseAddress } from './address-ranges.js';
import type { Refusal } from './attachment.js';
import type { EgressCommand, EgressReport, EgressSettings } from './egress-loop.js';
import { EgressPolicy } from './egress-policy.js';
import { LINK_NAME } from './link.js';
import type { Endpoint } from './packet.js';

const libc = koffi.load('libc.so.6');
const eventfd = libc.func('int eventfd(uint32_t initial, int flags)');
const write = libc.func('int64_t write(int fd, const void *bytes, size_t count)');
const close = libc.func('int close(int fd)');
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
const TUN_DEVICE = '/dev/net/tun';

export interface EgressOptions {
  /** Ranges of addresses no instance reaches, such as "198.51.100.0/24". */
  readonly deny?: readonly string[];
  /** Private or reserved ranges that instances may reach all the same. */
  readonly allow?: readonly string[];
  /** Addresses of name servers, with ":port" where it is not 53; those of the machine unless told. */
  readonly nameServers?: readonly string[];
}

/** One instance's access to the public network. */
export interface EgressLink {
  close(): Promise<void>;
}

/** Why instances of this worker cannot be given access to the public network, if they cannot; with what to do about it. */
export function whyNoEgress(): string | undefined {
  try {
    accessSync(TUN_DEVICE, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? `${TUN_DEVICE} is not there: load the kernel module "tun" ("modprobe tun"), or give the device to the container ("--device ${TUN_DEVICE}").`
      : `${TUN_DEVICE} cannot be opened by this user (${code ?? 'unknown'}): make it readable and writable for it.`;
  }
}

interface Attached {
  readonly onRefused: (sentence: string) => void;
  attached(error: string | undefined): void;
  detached(): void;
}

/** Gives instances access to the public network, by way of the egress thread, which starts with the first of them. */
export class Egress {
  readonly #dialer: Dialer;
  readonly #logger: Logger;
  readonly #settings: Omit<EgressSettings, 'wakeFd'>;
  readonly #links = new Map<number, Attached>();
  readonly #wakeAtExit = (): void => this.#wake();
  #thread: Promise<Worker> | undefined;
  #wakeFd = -1;
  #lastId = 0;
  #closed = false;

  /** Throws an Error that names what is wrong with the options. */
  constructor(dialer: Dialer, logger: Logger, options: EgressOptions = {}) {
    const { deny = [], allow = [], nameServers = [] } = options;
    this.#dialer = dialer;
    this.#logger = logger;
    new EgressPolicy({ deny, allow }); // Reads the ranges here, where the operator hears of mistakes.
    this.#settings = { deny, allow, nameServers: nameServers.map(readNameServer) };
  }

  /**
   * Makes the instance's interface, addresses and routes. `onRefused` hears, in a sentence for the function's owner, of
   * destinations it may not reach: each once, and at most twenty.
   */
  async attach(namespaceFd: number, onRefused: (sentence: string) => void): Promise<EgressLink> {
    const thread = await this.#running();
    const raw = await this.#dialer.openLink(namespaceFd, LINK_NAME);
    const id = ++this.#lastId;
    const detached = Promise.withResolvers<void>();
    const attached = Promise.withResolvers<string | undefined>();
    this.#links.set(id, { onRefused, attached: attached.resolve, detached: detached.resolve });
    this.#send(thread, { kind: 'attach', id, raw });
    const error = await attached.promise;
    if (error !== undefined) {
      this.#links.delete(id);
      throw new Error(error);
    }
    let closing: Promise<void> | undefined;
    return {
      close: () => {
        if (closing === undefined) {
          closing = detached.promise;
          this.#send(thread, { kind: 'detach', id });
        }
        return closing;
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = await this.#thread?.catch(() => undefined);
    if (thread === undefined) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    this.#send(thread, { kind: 'stop' });
    await ended;
  }

  #running(): Promise<Worker> {
    if (this.#closed) return Promise.reject(new Error('the worker is stopping'));
    this.#thread ??= this.#start();
    return this.#thread;
  }

  #start(): Promise<Worker> {
    const wakeFd = eventfd(0, NONBLOCK_CLOEXEC) as number;
    if (wakeFd < 0) return Promise.reject(new Error(`eventfd failed with errno ${koffi.errno()}`));
    this.#wakeFd = wakeFd;
    // Compiled beside compiled, source beside source.
    const thread = new Worker(new URL(`./egress-thread${extname(import.meta.url)}`, import.meta.url), { workerData: { ...this.#settings, wakeFd } satisfies EgressSettings });
    thread.unref();
    // A thread in the kernel does not hear that the process ends.
    process.once('exit', this.#wakeAtExit);
    return new Promise((resolve, reject) => {
      thread.on('message', (report: EgressReport) => (report.kind === 'ready' ? resolve(thread) : this.#hear(report)));
      thread.on('error', (error) => {
        this.#logger.error({ err: error }, 'the egress thread ended: instances have lost their access to the public network');
        reject(error);
      });
      thread.on('exit', () => {
        reject(new Error('the egress thread ended'));
        process.off('exit', this.#wakeAtExit);
        this.#thread = undefined;
        this.#wakeFd = -1;
        close(wakeFd);
        for (const { attached, detached } of this.#links.values()) {
          attached('the egress thread ended');
          detached();
        }
        this.#links.clear();
      });
    });
  }

  #hear(report: EgressReport): void {
    switch (report.kind) {
      case 'ready':
        return;
      case 'attached':
        return this.#links.get(report.id)?.attached(undefined);
      case 'failed':
        return this.#links.get(report.id)?.attached(report.error);
      case 'refused':
        return this.#links.get(report.id)?.onRefused(describeRefusal(report.refusal));
      case 'detached':
        this.#links.get(report.id)?.detached();
        this.#links.delete(report.id);
        return;
      case 'broken':
        return this.#logger.error({ error: report.error }, 'a connection of an instance to the public network was given up');
      default:
        return report satisfies never;
    }
  }

  #send(thread: Worker, command: EgressCommand): void {
    thread.postMessage(command);
    this.#wake();
  }

  #wake(): void {
    if (this.#wakeFd >= 0) write(this.#wakeFd, ONE, ONE.length);
  }
}

/** Why an instance was kept from a destination, for the function's owner. */
export function describeRefusal({ address, port, reason }: Refusal): string {
  const target = address.length === 4 ? `${formatAddress(address)}:${port}` : `[${formatAddress(address)}]:${port}`;
  const sentence = (why: string): string => `Windlass refused a connection to ${target}: ${why}.`;
  switch (reason) {
    case 'loopback':
    case 'link-local':
    case 'multicast':
    case 'private':
    case 'reserved':
      return sentence(`it is a ${reason} address, and public access reaches the public network only`);
    case 'metadata':
      return sentence('it is a metadata address, which no function may reach');
    case 'host':
      return sentence('it is an address of the machine functions run on');
    case 'denied':
      return sentence("the platform's operator has denied it");
    case 'busy':
      return sentence('too many connections are open; close those that are no longer needed');
    default:
      return reason satisfies never;
  }
}

function readNameServer(text: string): Endpoint {
  const [, v6, v4, port = '53'] = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [undefined, text.includes('::') ? text : undefined];
  const address = parseAddress(v6 ?? v4 ?? '');
  if (address === undefined || Number(port) > 65_535) throw new Error(`"${text}" is not a name server: give its address, as 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53.`);
  return { address, port: Number(port) };
}
