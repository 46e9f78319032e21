import type { StoredEvent } from '@windlass/event-store';
import type { HistoryResource } from './history-resource.js';

type Fields = Readonly<Record<string, unknown>>;

/** What the events of a kind of resource mean to a reader who knows nothing but them. */
export interface EventsOfResource {
  readonly type: string;
  readonly streamPrefix: string;
  /** Member of the events' data that names it to people; without one its id does. */
  readonly name?: string;
  /** The events after which it is no more. */
  readonly ends: readonly string[];
  /** What an event changes beside the members of its data, such as a state that its type tells. */
  readonly states?: Readonly<Record<string, Fields>>;
  /** Members of the data that are bookkeeping, or that say which resource it is. */
  readonly without?: readonly string[];
}

type Known = { readonly id: string; readonly fields: Fields } | undefined;

/**
 * A resource told by its events alone: each one's data is laid over what was known. Enough for the audit trail of what no
 * API shows as of a time.
 */
export function resourceOfEvents({ type, streamPrefix, name, ends, states = {}, without = [] }: EventsOfResource): HistoryResource {
  return {
    type,
    streamPrefix,
    streamOf: (id) => `${streamPrefix}${id}`,
    initial: undefined,
    evolve: (state, event: StoredEvent): Known => {
      if (ends.includes(event.type)) return undefined;
      const data = Object.entries(event.data).filter(([member]) => !without.includes(member));
      const known = Object.fromEntries(data.map(([member, value]) => [snakeCase(member), value as unknown]));
      return { id: event.streamId.slice(streamPrefix.length), fields: { ...(state as Known)?.fields, ...known, ...states[event.type] } };
    },
    view: (state) => {
      const known = state as Known;
      if (known === undefined) return undefined;
      const { id, fields } = known;
      const called = name === undefined ? undefined : fields[snakeCase(name)];
      const { project_id: projectId } = fields;
      return { id, name: typeof called === 'string' ? called : id, projectId: typeof projectId === 'string' ? projectId : '', fields };
    },
  };
}

function snakeCase(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
