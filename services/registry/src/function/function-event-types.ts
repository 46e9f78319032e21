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

interface FunctionOf {
  readonly function: Parameters<typeof withEverySetting>[0];
}

/** Events of functions, and how earlier ones are read. */
export const functionEventTypes: EventTypes<FunctionEvent> = {
  FunctionCreated: [completeFunction, unstreamed],
  FunctionCodeReplaced: [completeFunction, unstreamed],
  FunctionConfigReplaced: [completeFunction, unstreamed],
  FunctionMaxInstancesChanged: [completeFunction, unstreamed],
  FunctionRolledBack: [unstreamed],
  FunctionTriggersRolledBack: [],
  FunctionDeleted: [completeFunction, unstreamed],
  VersionPublished: [completeVersion, unstreamed],
  VersionDeleted: [completeVersion, unstreamed],
  AliasCreated: [],
  AliasChanged: [],
  AliasDeleted: [],
  FunctionTagsChanged: [],
  TestEventKept: [],
  TestEventDeleted: [],
};
