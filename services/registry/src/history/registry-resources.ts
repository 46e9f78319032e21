import { historyResource, resourceOfEvents, type HistoryResource } from '@windlass/resource-history';
import { viewAlias } from '../alias/alias-view.js';
import { apiGroupStream } from '../api-group/api-group.events.js';
import { DEPENDENCY_STREAMS, type DependencyEvent } from '../dependency/dependency.events.js';
import { evolveDependency, NO_DEPENDENCY, type DependencyState } from '../dependency/dependency.state.js';
import { FUNCTION_STREAMS, functionStream, type FunctionEvent } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from '../function/function.state.js';
import { functionUrn } from '../function/function-urn.js';
import { viewFunction } from '../function/function-view.js';
import type { GatewayAddress } from '../trigger/gateway-address.js';
import { triggerStream, type TriggerEvent } from '../trigger/trigger.events.js';
import { evolveTrigger, NO_TRIGGER, type TriggerState } from '../trigger/trigger.state.js';
import { viewTrigger } from '../trigger/trigger-view.js';

/** Functions by their URN; tenants put secrets into their environment. */
export const functionResource = historyResource<FunctionState, FunctionEvent>({
  type: 'function',
  streamPrefix: FUNCTION_STREAMS,
  streamOf: streamOfUrn,
  initial: NO_FUNCTION,
  evolve: evolveFunction,
  view: (state) => {
    if (state.status !== 'active') return undefined;
    const { rolledBackTo, function: { region, projectId, name } } = state;
    // A version is the function as it was published: its digest says which code, and the trail which configuration.
    const versions = Object.fromEntries(state.versions.map(({ name: version, description, function: { code } }) => [version, { description, digest: code.digest }]));
    const aliases = Object.fromEntries(state.aliases.map((alias) => [alias.name, viewAlias(state.function, alias)]));
    return { id: functionUrn(region, state.function), name, projectId, fields: { ...viewFunction(state.function), versions, aliases, ...(rolledBackTo !== undefined && { rolled_back_to: rolledBackTo }) } };
  },
  hidden: ['user_data', 'encrypted_user_data'],
  // Test events are requests, which may carry anything.
  secret: ['userData', 'secrets', 'content'],
});

export function triggerResource(gateway: GatewayAddress): HistoryResource<TriggerState> {
  return historyResource<TriggerState, TriggerEvent>({
    type: 'trigger',
    streamPrefix: triggerStream(''),
    streamOf: triggerStream,
    initial: NO_TRIGGER,
    evolve: evolveTrigger,
    view: (state) => {
      if (state.status !== 'active') return undefined;
      const { triggerId, projectId, funcUrn, eventData } = state.trigger;
      return { id: triggerId, name: String(eventData['name'] ?? triggerId), projectId, fields: { func_urn: funcUrn, ...viewTrigger(state.trigger, gateway) } };
    },
  });
}

/** Dependencies by project and name. */
const dependencyResource = historyResource<DependencyState, DependencyEvent>({
  type: 'dependency',
  streamPrefix: DEPENDENCY_STREAMS,
  streamOf: (id) => `${DEPENDENCY_STREAMS}${id}`,
  initial: NO_DEPENDENCY,
  evolve: evolveDependency,
  view: (state) => {
    const [first] = state.status === 'active' ? state.versions : [];
    if (state.status !== 'active' || first === undefined) return undefined;
    const { projectId, name } = first;
    const versions = Object.fromEntries(state.versions.map(({ number, id, runtime, description, digest, sizeBytes }) => [String(number), { id, runtime, description, digest, size: sizeBytes }]));
    return { id: `${projectId}:${name}`, name, projectId, fields: { dep_id: state.dependId, name, versions } };
  },
});

/** Everything the registry keeps as events, as the audit trail tells of it. */
export function registryResources(gateway: GatewayAddress): readonly HistoryResource[] {
  return [functionResource, triggerResource(gateway), resourceOfEvents({ type: 'api_group', streamPrefix: apiGroupStream(''), ends: [] }), dependencyResource];
}

/** The function's stream, whichever version or alias the URN names. */
function streamOfUrn(urn: string): string | undefined {
  const [, projectId, packageName, name] = /^urn:fss:[^:]+:([^:]+):function:([^:]+):([^:]+)(?::[^:]+)?$/.exec(urn) ?? [];
  if (projectId === undefined || packageName === undefined || name === undefined) return undefined;
  return functionStream({ projectId, package: packageName, name });
}
