import type { EntityManager, EntityMetadata } from 'typeorm';

/**
 * Inserts many rows by one statement. Every column must have its value: what the database fills in by itself would be another thing
 * each time. `only` is a condition in SQL on a row, for rows that other streams may have ended.
 */
export async function writeRows(manager: EntityManager, metadata: EntityMetadata, rows: readonly Readonly<Record<string, unknown>>[], only = 'true'): Promise<void> {
  if (rows.length === 0) return;
  const { tablePath, columns } = metadata;
  const named = rows.map((row) => {
    const values: Record<string, unknown> = {};
    for (const { propertyName, databaseName } of columns) {
      const value = row[propertyName];
      if (value === undefined) throw new Error(`A projection leaves the column ${databaseName} of ${tablePath} to the database.`);
      values[databaseName] = value;
    }
    return values;
  });
  const names = columns.map(({ databaseName }) => `"${databaseName}"`).join(', ');
  await manager.query(`INSERT INTO ${tablePath} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${tablePath}, $1::json) WHERE ${only}`, [JSON.stringify(named)]);
}
