import type { AccountStanding } from '@windlass/accounts';
import type { SimulatedPlatform } from './platform.js';
import { functionEvents } from './sources.js';

/**
 * Watches a platform for what may never happen, not even for a moment: that a copy goes back to an older state of something
 * after a newer one of it was seen. What was seen is kept beyond the processes that showed it.
 */
export class Observer {
  private readonly accounts = new Map<string, number>();
  private readonly routes = new Map<string, number>();
  private readonly versions = new Map<string, number>();
  private readonly broken: Error[] = [];

  accountKept(service: string, before: AccountStanding, after: AccountStanding): void {
    if (after.revision < before.revision) this.blame(`the table of ${service} went from revision ${before.revision} of the account ${before.domainId} back to ${after.revision}`);
  }

  accountLearned(service: string, { domainId, revision }: AccountStanding): void {
    this.rises(this.accounts, `the memory of ${service} about the account ${domainId}`, revision);
  }

  /** Looks at all that answers at once. */
  look({ memory }: SimulatedPlatform, routeIds: ReadonlyMap<string, { readonly groupId: string; readonly path: string }>): void {
    if (memory.gateway?.process.alive) {
      for (const [id, { groupId, path }] of routeIds) {
        const revision = memory.gateway.routes.match(groupId, 'GET', path)?.revision;
        if (revision !== undefined) this.rises(this.routes, `the gateway's route ${id}`, revision);
        else if (this.routes.has(id)) this.routes.set(id, Infinity);
      }
    }
    const [first] = this.broken;
    if (first !== undefined) throw first;
  }

  /** A request to a version or alias: what it gets is never older than what a request had that ended before it began. */
  async request(platform: SimulatedPlatform): Promise<void> {
    const { scheduler, registry, memory } = platform;
    const worker = memory.worker;
    const known = [...functionEvents(registry).keys()];
    if (!worker?.process.alive || known.length === 0) return;
    const funcId = scheduler.random.pick(known);
    const version = scheduler.random.pick(['latest', 'v1', 'v2']);
    const name = `${funcId}:${version}`;
    const floor = this.versions.get(name) ?? 0;
    try {
      const spec = await worker.finder.find(funcId, version, 0, []);
      if (spec.revision < floor) this.blame(`a request to ${name} got revision ${spec.revision} after another had got ${floor}`);
      this.versions.set(name, Math.max(this.versions.get(name) ?? 0, spec.revision));
    } catch (error) {
      if ((error as { outcome?: { kind?: string } }).outcome?.kind !== 'FUNCTION_UNKNOWN') return;
      const removal = firstRemoval(platform, funcId, version, floor);
      if (removal !== undefined) this.versions.set(name, Math.max(this.versions.get(name) ?? 0, removal + 1));
    }
  }

  private rises(seen: Map<string, number>, what: string, revision: number): void {
    const before = seen.get(what) ?? 0;
    if (revision < before) this.blame(`${what} went from revision ${before} back to ${revision}`);
    seen.set(what, Math.max(before, revision));
  }

  private blame(what: string): void {
    this.broken.push(new Error(what));
  }
}

/** The first removal that can be meant when a version was there at a revision and is not there any more. */
function firstRemoval({ registry }: SimulatedPlatform, funcId: string, version: string, after: number): number | undefined {
  const removal = (functionEvents(registry).get(funcId) ?? []).find(
    (event) => event.version > after && (event.type === 'FunctionDeleted' || (event.type === 'VersionDeleted' && event.data.version.name === version)),
  );
  return removal?.version;
}
