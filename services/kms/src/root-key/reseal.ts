import type { DataSource, EntityManager } from 'typeorm';
import { checkValueOf, openMaterial, sealMaterial, type MaterialOwner } from '../key/index.js';

const ROWS_PER_STATEMENT = 500;

interface MaterialRow {
  readonly key_id: string;
  readonly version: number;
  readonly wrapped: Buffer;
  readonly domain_id: string;
  readonly project_id: string;
}

/**
 * Seals the material of all keys under another root key; answers how many there were. One transaction: it is all done or nothing is,
 * whatever crashes, and to do it again changes nothing. Services that run meanwhile make no material under the old key: they wait
 * for the end of this, and say then that they need the new one.
 */
export async function reseal(dataSource: DataSource, from: Buffer, to: Buffer): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const [stored] = await manager.query<{ check_value: Buffer }[]>('SELECT check_value FROM kms.root_key FOR UPDATE');
    if (stored === undefined || stored.check_value.equals(checkValueOf(to))) return 0;
    if (!stored.check_value.equals(checkValueOf(from))) throw new Error('The present root key is not the one that the keys in this database were wrapped with.');
    const count = await resealAll(manager, from, to);
    await manager.query('UPDATE kms.root_key SET check_value = $1', [checkValueOf(to)]);
    return count;
  });
}

async function resealAll(manager: EntityManager, from: Buffer, to: Buffer): Promise<number> {
  let [count, after] = [0, { keyId: '00000000-0000-0000-0000-000000000000', version: 0 }];
  for (;;) {
    // Of a key that has no row the owner is not known: the join leaves it out, and the count below tells.
    const rows = await manager.query<MaterialRow[]>(
      `SELECT material.key_id, material.version, material.wrapped, key.domain_id, key.project_id
         FROM kms.key_materials AS material JOIN kms.keys AS key ON key.id = material.key_id
        WHERE (material.key_id, material.version) > ($1, $2) ORDER BY material.key_id, material.version LIMIT $3`,
      [after.keyId, after.version, ROWS_PER_STATEMENT],
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    const wrapped = rows.map((row) => resealed(ownerOf(row), row.wrapped, from, to));
    await manager.query(
      `UPDATE kms.key_materials AS material SET wrapped = changed.wrapped
         FROM unnest($1::uuid[], $2::integer[], $3::bytea[]) AS changed (key_id, version, wrapped)
        WHERE material.key_id = changed.key_id AND material.version = changed.version`,
      [rows.map(({ key_id }) => key_id), rows.map(({ version }) => version), wrapped],
    );
    count += rows.length;
    after = { keyId: last.key_id, version: last.version };
  }
  const [all] = await manager.query<{ count: string }[]>('SELECT count(*) AS count FROM kms.key_materials');
  // Fewer are there when keys were deleted meanwhile; more, when some belong to no key.
  if (Number(all?.count) > count) throw new Error(`${Number(all?.count) - count} rows of material belong to no key: rebuild the read models first.`);
  return count;
}

function resealed(owner: MaterialOwner, wrapped: Buffer, from: Buffer, to: Buffer): Buffer {
  const material = openMaterial(from, owner, wrapped);
  if (material === undefined) throw new Error(`The material of key ${owner.keyId}, version ${owner.version}, does not open: its row was altered. Nothing was sealed anew.`);
  try {
    return sealMaterial(to, owner, material);
  } finally {
    material.fill(0);
  }
}

function ownerOf({ key_id: keyId, version, domain_id: domainId, project_id: projectId }: MaterialRow): MaterialOwner {
  return { keyId, version, domainId, projectId };
}
