import { createHash } from 'node:crypto';
import type { Client, Metadata } from '@grpc/grpc-js';
import { WorkerServiceService, type InvokeRequest, type InvokeResponse } from '@windlass/contracts/worker/v1/worker_service';
import { WindlassError } from '@windlass/errors';
import { callUnary } from './call-unary.js';
import { isReady, openChannel } from './channel.js';

// A synchronous invocation may run for 15 minutes, and its instance may have to start first. The worker ends it earlier.
const DEADLINE_MS = 16 * 60_000;

/** The workers that run instances. */
export class Workers {
  private readonly channels: ReadonlyMap<string, Client>;

  constructor(addresses: readonly string[]) {
    this.channels = new Map(addresses.map((address) => [address, openChannel(address)]));
  }

  invoke(request: InvokeRequest, settings: { metadata: Metadata; signal: AbortSignal }): Promise<InvokeResponse> {
    const address = chooseWorker([...this.channels.keys()], request.func_id);
    const client = address === undefined ? undefined : this.channels.get(address);
    if (client === undefined) {
      throw new WindlassError({ kind: 'unavailable', reason: 'NO_WORKER', code: 'FSS.0503', message: 'No worker is available to run functions. Try again.' });
    }
    return callUnary(client, WorkerServiceService.invoke, request, { ...settings, deadlineMs: DEADLINE_MS });
  }

  /** Workers that do not answer, by their place in the configuration: addresses are nobody else's business. */
  async unreachable(): Promise<readonly string[]> {
    const states = await Promise.all([...this.channels.values()].map(isReady));
    return states.flatMap((ready, index) => (ready ? [] : [`worker ${index + 1}`]));
  }

  close(): void {
    for (const client of this.channels.values()) client.close();
  }
}

/**
 * Rendezvous hashing: every edge sends a function to the same worker, where its warm instances are, and a worker that
 * comes or goes moves only its own share of the functions.
 */
export function chooseWorker(addresses: readonly string[], funcId: string): string | undefined {
  let best: { address: string; score: bigint } | undefined;
  for (const address of addresses) {
    const score = createHash('sha256').update(`${address.length}:${address}${funcId}`).digest().readBigUInt64BE();
    if (best === undefined || score > best.score) best = { address, score };
  }
  return best?.address;
}
