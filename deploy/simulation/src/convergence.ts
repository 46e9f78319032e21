import { deepStrictEqual } from 'node:assert/strict';
import type { AccountStanding } from '@windlass/accounts';
import { accountStream, demandedIsolation } from '@windlass/iam/simulation';
import { goOnUntil } from '@windlass/simulation';
import type { KnownRevision } from '@windlass/worker/simulation';
import { ACCOUNT_COPIES, type SimulatedPlatform } from './platform.js';
import { accountState, DOMAINS, functionEvents, showFunctionAlias, showFunctionSpec, triggersAtTheEnd } from './sources.js';

/** Throws unless every copy, kept and in memory, is what folding the logs of the sources gives. */
export async function requireConverged(platform: SimulatedPlatform): Promise<void> {
  accounts(platform);
  keptFunctions(platform);
  routes(platform);
  await servedVersions(platform);
}

function accounts({ iam, accounts: copies, memory }: SimulatedPlatform): void {
  for (const domainId of DOMAINS) {
    const state = accountState(iam, domainId);
    const revision = iam.history(accountStream(domainId)).length;
    const expected: AccountStanding | undefined = state.status === 'absent' ? undefined : { domainId, status: state.status, quotas: state.quotas, isolation: demandedIsolation(state.isolation), revision };
    for (const copy of ACCOUNT_COPIES) deepStrictEqual(copies[copy].get(domainId), expected, `the account ${domainId} in the table of ${copy}`);
    for (const known of [memory.worker!.accounts, memory.gateway!.accounts]) {
      deepStrictEqual(known.statusOf(domainId), expected?.status ?? 'active', `the status of ${domainId} in memory`);
      deepStrictEqual(known.isolationOf(domainId), expected?.isolation ?? 'standard', `the isolation demanded of ${domainId} in memory`);
      if (expected?.quotas.fgs_func_qos_limit !== undefined) deepStrictEqual(known.quotaOf(domainId, 'fgs_func_qos_limit'), expected.quotas.fgs_func_qos_limit, `the quota of ${domainId} in memory`);
    }
  }
}

function keptFunctions({ registry, functions }: SimulatedPlatform): void {
  const expected = new Map<string, Pick<KnownRevision, 'revision' | 'removed'>>();
  for (const [funcId, events] of functionEvents(registry)) {
    for (const event of events) {
      const revision = event.version;
      if (event.type === 'FunctionDeleted') expected.set(`${funcId}:`, { revision, removed: true });
      else if (event.type === 'VersionPublished') expected.set(`${funcId}:${event.data.version.name}`, { revision, removed: false });
      else if (event.type === 'VersionDeleted') expected.set(`${funcId}:${event.data.version.name}`, { revision, removed: true });
      else if ('function' in event.data) expected.set(`${funcId}:latest`, { revision, removed: false });
    }
  }
  const kept = new Map(functions.all().map(({ functionId, version, revision, removed }) => [`${functionId}:${version}`, { revision, removed }]));
  deepStrictEqual(sorted(kept), sorted(expected), "the worker's table of functions");
}

function routes({ registry, routes: table, memory }: SimulatedPlatform): void {
  const ended = triggersAtTheEnd(registry);
  deepStrictEqual(table.all().map(({ routeId, revision }) => [routeId, revision]).sort(), [...ended].map(([id, { revision }]) => [id, revision]).sort(), "the gateway's table of routes");
  for (const [id, { trigger, last, revision }] of ended) {
    const found = memory.gateway!.routes.match(last.route.groupId, 'GET', last.route.path);
    const expected = trigger === undefined ? undefined : { route_id: id, revision, disabled: trigger.status === 'DISABLED' };
    deepStrictEqual(found && { route_id: found.route_id, revision: found.revision, disabled: found.disabled }, expected, `the gateway's route ${id}`);
  }
}

/** What requests get now: each version and alias of each function there ever was. */
async function servedVersions(platform: SimulatedPlatform): Promise<void> {
  const { registry, scheduler } = platform;
  const finder = platform.memory.worker!.finder;
  for (const funcId of functionEvents(registry).keys()) {
    for (const qualifier of ['latest', 'v1', 'v2', '!live', '!next']) {
      let served: unknown = 'nothing yet';
      void Promise.resolve(finder.find(funcId, qualifier, 0, [])).then((spec) => (served = spec), () => (served = undefined));
      await goOnUntil(scheduler, () => served !== 'nothing yet', { within: 60_000, what: `an answer about ${funcId}:${qualifier}` });
      deepStrictEqual(served, orNothing(() => showFunctionSpec(registry, funcId, qualifier.startsWith('!') ? showFunctionAlias(registry, funcId, qualifier.slice(1)).version : qualifier)), `what a request to ${funcId}:${qualifier} gets`);
    }
  }
}

function orNothing<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}
