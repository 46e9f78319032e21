import type { DomainEvent } from './event.js';

/** Lifts the data of one schema version to the next. */
export type Upcast = (data: object) => object;

/**
 * Every type of event that a service stores, with how old ones are read: the steps from the data of schema version 1 to 2, from
 * 2 to 3, and so on. The version that is written is therefore the number of steps plus one, and stored events never change.
 */
export type EventTypes<E extends DomainEvent = DomainEvent> = { readonly [T in E['type']]: readonly Upcast[] };

/** The version in which events of the type are written. Throws for a type the service does not store: nothing would read it. */
export function currentSchemaVersion(types: EventTypes | undefined, type: string): number {
  if (types === undefined) return 1;
  if (!Object.hasOwn(types, type)) throw new Error(`Events of the type "${type}" are not among those this service stores.`);
  return stepsOf(types, type).length + 1;
}

export function upcast(types: EventTypes | undefined, type: string, schemaVersion: number, data: object): object {
  const steps = stepsOf(types, type);
  if (schemaVersion > steps.length + 1) {
    throw new Error(`An event "${type}" has schema version ${schemaVersion} and this program knows ${steps.length + 1}: it is older than the data.`);
  }
  return steps.slice(schemaVersion - 1).reduce((older, step) => step(older), data);
}

function stepsOf(types: EventTypes | undefined, type: string): readonly Upcast[] {
  return types !== undefined && Object.hasOwn(types, type) ? (types[type] ?? []) : [];
}
