import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { RowWriter } from './row-writer.js';

type Row = Record<string, unknown>;

/** A table of a read model, and its rows that the stream has at the moment. */
interface HeldTable {
  readonly metadata: EntityMetadata;
  /** Properties that make up the primary key. */
  readonly key: readonly string[];
  readonly rows: Map<string, Row>;
}

/**
 * Rows that one stream makes, held until the stream has ended, with the same outcome as the database would have. What a projection
 * must not ask for (RowProjection) is refused.
 */
export class HeldRows implements RowWriter {
  private readonly tables: ReadonlyMap<EntityTarget<ObjectLiteral>, HeldTable>;

  constructor(dataSource: DataSource, tables: readonly EntityTarget<ObjectLiteral>[]) {
    this.tables = new Map(
      tables.map((target) => {
        const metadata = dataSource.getMetadata(target);
        return [target, { metadata, key: metadata.primaryColumns.map(({ propertyName }) => propertyName), rows: new Map<string, Row>() }];
      }),
    );
  }

  /** The rows the stream has left behind, by table; the next stream begins with none. */
  take(): (readonly [EntityMetadata, readonly Row[]])[] {
    const left = [...this.tables.values()].filter(({ rows }) => rows.size > 0).map(({ metadata, rows }) => [metadata, [...rows.values()]] as const);
    for (const { rows } of this.tables.values()) rows.clear();
    return left;
  }

  insert: RowWriter['insert'] = async (target, given) => {
    const table = this.table(target);
    for (const row of [given].flat() as Row[]) {
      const key = keyOf(table, row);
      if (table.rows.has(key)) throw new Error(`The stream inserts a row of ${table.metadata.tablePath} that it has already (${key}).`);
      table.rows.set(key, { ...row });
    }
    return NO_RESULT;
  };

  upsert: RowWriter['upsert'] = async (target, given, conflict) => {
    const table = this.table(target);
    if (!Array.isArray(conflict) || conflict.length !== table.key.length || !table.key.every((property) => (conflict as string[]).includes(property))) {
      throw new Error(`Rows of ${table.metadata.tablePath} are put in place by their primary key alone.`);
    }
    for (const row of [given].flat() as Row[]) {
      const key = keyOf(table, row);
      table.rows.set(key, { ...table.rows.get(key), ...row });
    }
    return NO_RESULT;
  };

  update: RowWriter['update'] = async (target, which, changes) => {
    const table = this.table(target);
    const found = matching(table, which);
    if (found.length === 0) throw new Error(`The stream changes a row of ${table.metadata.tablePath} that it does not have (${JSON.stringify(which)}).`);
    const given = Object.entries(changes as Row).filter(([, value]) => value !== undefined);
    if (given.some(([property]) => table.key.includes(property))) throw new Error(`The primary key of a row of ${table.metadata.tablePath} does not change.`);
    for (const [, row] of found) for (const [property, value] of given) row[property] = value;
    return NO_RESULT;
  };

  delete: RowWriter['delete'] = async (target, which) => {
    const table = this.table(target);
    for (const [key] of matching(table, which)) table.rows.delete(key);
    return NO_RESULT;
  };

  private table(target: EntityTarget<ObjectLiteral>): HeldTable {
    const table = this.tables.get(target);
    if (table === undefined) throw new Error(`${typeof target === 'function' ? target.name : 'A table'} is not among the tables that these streams are said to make.`);
    return table;
  }
}

/** Nobody can ask what the database would have answered: the fields of its answers are not there. */
const NO_RESULT = Object.freeze({}) as never;

/** The values of a primary key as one text. They hold no line ends: ids and names do not. */
function keyOf({ key, metadata }: HeldTable, row: Row): string {
  const [only] = key;
  if (key.length === 1) return textOf(row[only!], metadata);
  return key.map((property) => textOf(row[property], metadata)).join('\n');
}

function textOf(value: unknown, { tablePath }: EntityMetadata): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new Error(`Rows of ${tablePath} are found by texts and numbers, not by ${JSON.stringify(value)}.`);
}

/** Rows found by their primary key or by any of their columns. */
function matching(table: HeldTable, which: unknown): [string, Row][] {
  const { key, rows, metadata } = table;
  const wanted = (typeof which === 'string' && key.length === 1 ? { [key[0]!]: which } : which) as Row;
  const properties = Object.keys(wanted);
  for (const property of properties) textOf(wanted[property], metadata);
  if (properties.length === key.length && key.every((property) => property in wanted)) {
    const place = keyOf(table, wanted);
    const row = rows.get(place);
    return row === undefined ? [] : [[place, row]];
  }
  return [...rows].filter(([, row]) => properties.every((property) => row[property] === wanted[property]));
}
