import type { FunctionAlias, FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { fold, type StoredEvent } from '@windlass/event-store';
import { account, accountStream, type Account, type AccountEvent } from '@windlass/iam/simulation';
import {
  aliasMissing,
  evolveFunction,
  evolveTrigger,
  functionAlias,
  functionMissing,
  functionSpec,
  functionStream,
  isFunctionStream,
  isTriggerStream,
  NO_FUNCTION,
  NO_TRIGGER,
  ownerOf,
  versionMissing,
  type FunctionEvent,
  type FunctionState,
  type TriggerEvent,
  type TriggerRecord,
} from '@windlass/registry/simulation';
import type { SimulatedEventLog } from '@windlass/simulation';

export const PROJECT = 'p1';
export const PACKAGE = 'default';
export const DOMAINS = ['d1', 'd2'] as const;
export const NAMES = ['alpha', 'beta', 'gamma'] as const;

export function streamOf(name: string): string {
  return functionStream({ projectId: PROJECT, package: PACKAGE, name });
}

export function accountState(iam: SimulatedEventLog, domainId: string): Account {
  return fold<Account, AccountEvent>(account, account.initial, iam.history<AccountEvent>(accountStream(domainId)));
}

export function functionState(registry: SimulatedEventLog, name: string): FunctionState {
  return fold<FunctionState, FunctionEvent>({ evolve: evolveFunction }, NO_FUNCTION, registry.history<FunctionEvent>(streamOf(name)));
}

/** Every function there ever was, with its events; one stream may hold several, one after the other. */
export function functionEvents(registry: SimulatedEventLog): Map<string, StoredEvent<FunctionEvent>[]> {
  const events = registry.everything(({ streamId }) => isFunctionStream(streamId)) as readonly StoredEvent[] as readonly StoredEvent<FunctionEvent>[];
  return Map.groupBy(events, (event) => ownerOf(event).funcId);
}

/** What every trigger there ever was ended as; undefined for one that was deleted. */
export function triggersAtTheEnd(registry: SimulatedEventLog): Map<string, { readonly trigger: TriggerRecord | undefined; readonly last: TriggerRecord; readonly revision: number }> {
  const events = registry.everything(({ streamId }) => isTriggerStream(streamId)) as readonly StoredEvent[] as readonly StoredEvent<TriggerEvent>[];
  const ended = new Map<string, { trigger: TriggerRecord | undefined; last: TriggerRecord; revision: number }>();
  for (const [, its] of Map.groupBy(events, ({ streamId }) => streamId)) {
    const state = its.reduce((reached, event) => evolveTrigger(reached, event), NO_TRIGGER as ReturnType<typeof evolveTrigger>);
    const last = its.at(-1)!;
    ended.set(last.data.trigger.apiId, { trigger: state.status === 'active' ? state.trigger : undefined, last: last.data.trigger, revision: last.version });
  }
  return ended;
}

/** What the registry's API answers of a version, from its read models: they change with the events, in one transaction. */
export function showFunctionSpec(registry: SimulatedEventLog, funcId: string, version: string): FunctionSpec {
  const events = functionEvents(registry).get(funcId) ?? [];
  const name = events[0] === undefined ? undefined : nameOf(events[0]);
  const state = name === undefined ? NO_FUNCTION : functionState(registry, name);
  if (state.status !== 'active' || state.function.funcId !== funcId) throw functionMissing(funcId);
  if (version === 'latest') return functionSpec(state.function, version, lastRevision(events, (event) => 'function' in event.data));
  const published = state.versions.find((candidate) => candidate.name === version);
  if (published === undefined) throw versionMissing(version);
  return functionSpec(published.function, version, lastRevision(events, (event) => event.type === 'VersionPublished' && event.data.version.name === version));
}

/** The same of an alias. */
export function showFunctionAlias(registry: SimulatedEventLog, funcId: string, name: string): FunctionAlias {
  const events = functionEvents(registry).get(funcId) ?? [];
  const functionName = events[0] === undefined ? undefined : nameOf(events[0]);
  const state = functionName === undefined ? NO_FUNCTION : functionState(registry, functionName);
  if (state.status !== 'active' || state.function.funcId !== funcId) throw functionMissing(funcId);
  const alias = state.aliases.find((candidate) => candidate.name === name);
  if (alias === undefined) throw aliasMissing(name);
  const revision = lastRevision(events, (event) => (event.type === 'AliasCreated' || event.type === 'AliasChanged') && event.data.alias.name === name);
  return functionAlias(state.function, alias, revision);
}

function lastRevision(events: readonly StoredEvent<FunctionEvent>[], wanted: (event: StoredEvent<FunctionEvent>) => boolean): number {
  return events.filter(wanted).at(-1)?.version ?? 0;
}

function nameOf(event: StoredEvent<FunctionEvent>): string {
  return event.streamId.slice(event.streamId.lastIndexOf(':') + 1);
}
