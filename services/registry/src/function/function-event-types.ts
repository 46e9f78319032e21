import type { EventTypes, Upcast } from '@windlass/event-store';
import type { FunctionEvent } from './function.events.js';
import { withEverySetting } from './function.state.js';

/** Before functions had agencies, a network of their own and enterprise projects, their events told none of it. */
const completeFunction: Upcast = (data) => ({ ...data, function: withEverySetting((data as FunctionOf).function) });
const completeVersion: Upcast = (data) => {
  const { version } = data as { readonly version: FunctionOf };
  return { ...data, version: { ...version, function: withEverySetting(version.function) } };
};

/** Before functions could stream their answers none did, which is what saying nothing of it still means. */
const unstreamed: Upcast = (data) => data;

/** Before code and environments could lie under customers' keys none did, which is what saying nothing of it still means. */
const unsealed: Upcast = (data) => data;

/** Before functions could attach dependencies, have code from a bucket, an initializer or a pre-stop, none did: saying nothing of it still means that. */
const selfContained: Upcast = (data) => data;

interface FunctionOf {
  readonly function: Parameters<typeof withEverySetting>[0];
}

/** Events of functions, and how earlier ones are read. */
export const functionEventTypes: EventTypes<FunctionEvent> = {
  FunctionCreated: [completeFunction, unstreamed, unsealed, selfContained],
  FunctionCodeReplaced: [completeFunction, unstreamed, unsealed, selfContained],
  FunctionConfigReplaced: [completeFunction, unstreamed, unsealed, selfContained],
  FunctionMaxInstancesChanged: [completeFunction, unstreamed, unsealed, selfContained],
  FunctionRolledBack: [unstreamed, unsealed, selfContained],
  FunctionTriggersRolledBack: [],
  FunctionDeleted: [completeFunction, unstreamed, unsealed, selfContained],
  VersionPublished: [completeVersion, unstreamed, unsealed, selfContained],
  VersionDeleted: [completeVersion, unstreamed, unsealed, selfContained],
  AliasCreated: [],
  AliasChanged: [],
  AliasDeleted: [],
  FunctionTagsChanged: [],
  TestEventKept: [],
  TestEventDeleted: [],
};
