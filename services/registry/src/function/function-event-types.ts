import type { EventTypes, Upcast } from '@windlass/event-store';
import type { FunctionEvent } from './function.events.js';
import { withEverySetting } from './function.state.js';

/** Before functions had agencies, a network of their own and enterprise projects, their events told none of it. */
const completeFunction: Upcast = (data) => ({ ...data, function: withEverySetting((data as FunctionOf).function) });
const completeVersion: Upcast = (data) => {
  const { version } = data as { readonly version: FunctionOf };
  return { ...data, version: { ...version, function: withEverySetting(version.function) } };
};

interface FunctionOf {
  readonly function: Parameters<typeof withEverySetting>[0];
}

/** Events of functions, and how earlier ones are read. */
export const functionEventTypes: EventTypes<FunctionEvent> = {
  FunctionCreated: [completeFunction],
  FunctionCodeReplaced: [completeFunction],
  FunctionConfigReplaced: [completeFunction],
  FunctionMaxInstancesChanged: [completeFunction],
  FunctionRolledBack: [],
  FunctionTriggersRolledBack: [],
  FunctionDeleted: [completeFunction],
  VersionPublished: [completeVersion],
  VersionDeleted: [completeVersion],
  AliasCreated: [],
  AliasChanged: [],
  AliasDeleted: [],
  FunctionTagsChanged: [],
  TestEventKept: [],
  TestEventDeleted: [],
};
