// What the egress thread does: one loop over all links of instances and all sockets that stand for their flows. It runs in the
// network namespace of the worker, which instances share nothing with.
import { readFileSync } from 'node:fs';
import { receiveMessageOnPort, parentPort, workerData } from 'node:worker_threads';
import type { RawLink } from '../dialer.js';
import { Attachment, type EgressContext, type Refusal } from './attachment.js';
import { EgressPolicy } from './egress-policy.js';
import { bringUp } from './link.js';
import { NameServer } from './name-server.js';
import type { Endpoint } from './packet.js';
import { Poller, READABLE } from './poller.js';
import { readInto } from './system-calls.js';

/** What the thread is started with. */
export interface EgressSettings {
  /** An eventfd, written to after each message: the thread waits for descriptors, and messages are none. */
  readonly wakeFd: number;
  readonly deny: readonly string[];
  readonly allow: readonly string[];
  readonly nameServers: readonly Endpoint[];
}

export type EgressCommand =
  | { readonly kind: 'attach'; readonly id: number; readonly raw: RawLink }
  | { readonly kind: 'detach'; readonly id: number }
  | { readonly kind: 'stop' };

export type EgressReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'detached'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly refusal: Refusal }
  | { readonly kind: 'attached'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }
  /** A mistake of ours: the one descriptor it happened with is given up, the rest goes on. */
  | { readonly kind: 'broken'; readonly error: string };

/** The longest a thread that nobody wakes is in the kernel; a process that ends waits for it. */
const WAIT_MS = 500;
const SWEEP_MS = 1_000;
/** The share of this process's descriptors that flows may use. */
const SHARE_OF_DESCRIPTORS = 0.5;
/** Refusals that are told of one instance. */
const MOST_REFUSALS = 20;

const port = parentPort;
if (port === null) throw new Error('The egress thread is started by Egress.');
const { wakeFd, deny, allow, nameServers } = workerData as EgressSettings;

const now = (): number => performance.now();
const poller = new Poller();
const budget = { sockets: Math.floor(mostDescriptors() * SHARE_OF_DESCRIPTORS) };
const nameServer = new NameServer({ poller, budget, now, servers: nameServers });
const context: EgressContext = { poller, policy: new EgressPolicy({ deny, allow }), nameServer, now, budget };
const attachments = new Map<number, Attachment>();
const wake = Buffer.alloc(8);
let stopping = false;

const report = (message: EgressReport): void => port.postMessage(message);

function attach(id: number, raw: RawLink): void {
  const told = new Set<string>();
  const onRefused = (refusal: Refusal): void => {
    const key = `${refusal.address.join('.')} ${refusal.port} ${refusal.reason}`;
    if (told.size >= MOST_REFUSALS || told.has(key)) return;
    told.add(key);
    report({ kind: 'refused', id, refusal });
  };
  try {
    attachments.set(id, new Attachment(context, bringUp(raw), onRefused));
    report({ kind: 'attached', id });
  } catch (error) {
    report({ kind: 'failed', id, error: (error as Error).message });
  }
}

function carryOut(command: EgressCommand): void {
  switch (command.kind) {
    case 'attach':
      return attach(command.id, command.raw);
    case 'detach':
      attachments.get(command.id)?.close();
      attachments.delete(command.id);
      return report({ kind: 'detached', id: command.id });
    case 'stop':
      stopping = true;
      return;
    default:
      return command satisfies never;
  }
}

poller.add(wakeFd, READABLE, () => {
  readInto(wakeFd, wake);
  for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) {
    carryOut(received.message as EgressCommand);
  }
});

report({ kind: 'ready' });
let sweptAt = now();
while (!stopping) {
  poller.wait(WAIT_MS, (error) => report({ kind: 'broken', error: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
  if (now() - sweptAt < SWEEP_MS) continue;
  sweptAt = now();
  nameServer.sweep();
  for (const attachment of attachments.values()) attachment.sweep();
}
for (const attachment of attachments.values()) attachment.close();
nameServer.close();
poller.close();
port.close();

function mostDescriptors(): number {
  const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Number(soft ?? 1024);
}
