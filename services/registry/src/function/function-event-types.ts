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

interface FunctionOf {
  readonly function: Parameters<typeof withEverySetting>[0];
}

/** Events of functions, and how earlier ones are read. */
export const functionEventTypes: EventTypes<FunctionEvent> = {
  FunctionCreated: [completeFunction, unstreamed, unsealed],
  FunctionCodeReplaced: [completeFunction, unstreamed, unsealed],
  FunctionConfigReplaced: [completeFunction, unstreamed, unsealed],
  FunctionMaxInstancesChanged: [completeFunction, unstreamed, unsealed],
  FunctionRolledBack: [unstreamed, unsealed],
  FunctionTriggersRolledBack: [],
  FunctionDeleted: [completeFunction, unstreamed, unsealed],
  VersionPublished: [completeVersion, unstreamed, unsealed],
  VersionDeleted: [completeVersion, unstreamed, unsealed],
  AliasCreated: [],
  AliasChanged: [],
  AliasDeleted: [],
  FunctionTagsChanged: [],
  TestEventKept: [],
  TestEventDeleted: [],
};
