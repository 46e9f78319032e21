/**
 * How old events are read: for a type, the steps from the data of schema version 1 to 2, from 2 to 3, and so on. The
 * version that is written is therefore the number of steps plus one, and stored events never change.
 */
export type Upcasters = Readonly<Record<string, readonly ((data: object) => object)[]>>;

export function currentSchemaVersion(upcasters: Upcasters, type: string): number {
  return stepsOf(upcasters, type).length + 1;
}

export function upcast(upcasters: Upcasters, type: string, schemaVersion: number, data: object): object {
  const steps = stepsOf(upcasters, type);
  if (schemaVersion > steps.length + 1) {
    throw new Error(`An event "${type}" has schema version ${schemaVersion} and this program knows ${steps.length + 1}: it is older than the data.`);
  }
  return steps.slice(schemaVersion - 1).reduce((older, step) => step(older), data);
}

function stepsOf(upcasters: Upcasters, type: string): readonly ((data: object) => object)[] {
  return Object.hasOwn(upcasters, type) ? (upcasters[type] ?? []) : [];
}
