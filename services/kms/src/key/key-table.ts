import { Column, DataSource, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { unknownEvent, type StoredEvent } from '@windlass/event-store';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller.js';
import { aliasTaken, invalidKeyId, keyNotFound, tooManyKeys } from './key.errors.js';
import type { KeySpec, KeyUsage } from './key-spec.js';
import { keyIdOf, type KeyEvent, type KeyOrigin } from './key.decider.js';

export type StoredKeyState = 'enabled' | 'disabled';

@Entity({ schema: 'kms', name: 'keys' })
export class KeyRow {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text', name: 'domain_id' })
  domainId: string;

  @Column({ type: 'text', name: 'project_id' })
  projectId: string;

  @Column({ type: 'text' })
  alias: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ type: 'text', name: 'enterprise_project_id' })
  enterpriseProjectId: string;

  @Column({ type: 'text', name: 'key_spec' })
  keySpec: KeySpec;

  @Column({ type: 'text', name: 'key_usage' })
  keyUsage: KeyUsage;

  @Column({ type: 'text' })
  state: StoredKeyState;

  @Column({ type: 'integer', name: 'material_version' })
  materialVersion: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'text' })
  origin: KeyOrigin;

  @Column({ type: 'boolean', name: 'default_key' })
  defaultKey: boolean;
}

export interface KeyFilter {
  readonly projectId: string;
  readonly state: StoredKeyState | undefined;
  readonly keySpec: string | undefined;
  /** Whose grants bound what is found. */
  readonly principal: Principal;
}

const KEY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** The keys there are: what the API answers from, updated in the transaction of the event. */
export class KeyTable {
  constructor(private readonly dataSource: DataSource) {}

  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** A key of the project that the caller's grants reach; whether there is another one is not told. */
  async require({ projectId, principal }: Pick<Caller, 'projectId' | 'principal'>, id: string): Promise<KeyRow> {
    if (!isKeyId(id)) throw invalidKeyId();
    const row = await this.rows().findOneBy({ id, projectId });
    if (row === null || !reachesEnterpriseProject(principal, row.enterpriseProjectId)) throw keyNotFound();
    return row;
  }

  byAlias(projectId: string, alias: string): Promise<KeyRow | null> {
    return this.rows().findOneBy({ projectId, alias });
  }

  /** Keys by id, from after a key on, and how many the filter finds in all. */
  async page(filter: KeyFilter, after: string | undefined, limit: number): Promise<{ rows: KeyRow[]; total: number }> {
    const matching = this.rows().createQueryBuilder('key').where('key.projectId = :projectId', { projectId: filter.projectId });
    if (filter.state) matching.andWhere('key.state = :state', { state: filter.state });
    if (!filter.principal.all_enterprise_projects) matching.andWhere('key.enterpriseProjectId = ANY(:reached)', { reached: filter.principal.enterprise_project_ids });
    if (filter.keySpec) matching.andWhere('key.keySpec = :keySpec', { keySpec: filter.keySpec });
    const total = await matching.getCount();
    if (after) matching.andWhere('key.id > :after', { after });
    return { rows: await matching.orderBy('key.id').limit(limit).getMany(), total };
  }

  /** Fails when the account has all the keys it may have. Creations of one account pass here one at a time. */
  async requireRoom(manager: EntityManager, domainId: string, limit: number): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('keys of ' || $1, 0))`, [domainId]);
    if ((await manager.countBy(KeyRow, { domainId, defaultKey: false })) >= limit) throw tooManyKeys(limit, domainId);
  }

  /** How many keys the account has made, over all its projects. */
  count(domainId: string): Promise<number> {
    return this.rows().countBy({ domainId, defaultKey: false });
  }

  /** How many keys are in a project of the account. */
  countIn(domainId: string, projectId: string): Promise<number> {
    return this.rows().countBy({ domainId, projectId });
  }

  async apply(manager: EntityManager, event: StoredEvent<KeyEvent>): Promise<void> {
    const id = keyIdOf(event.streamId);
    const happened = event as KeyEvent;
    switch (happened.type) {
      case 'KeyCreated': {
        const { domainId, projectId, alias, description, enterpriseProjectId, keySpec, keyUsage, materialVersion, origin, defaultKey } = happened.data;
        const inserted = await manager.query<{ id: string }[]>(
          `INSERT INTO kms.keys (id, domain_id, project_id, alias, description, enterprise_project_id, key_spec, key_usage, material_version, state, created_at, origin, default_key)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'enabled', $10, $11, $12) ON CONFLICT (project_id, alias) DO NOTHING RETURNING id`,
          [id, domainId, projectId, alias, description, enterpriseProjectId, keySpec, keyUsage, materialVersion, event.recordedAt, origin, defaultKey],
        );
        if (inserted.length === 0) throw aliasTaken(alias);
        return;
      }
      case 'KeyEnabled':
        await manager.update(KeyRow, { id }, { state: 'enabled' });
        return;
      case 'KeyDisabled':
        await manager.update(KeyRow, { id }, { state: 'disabled' });
        return;
      default:
        return unknownEvent(happened);
    }
  }

  private rows() {
    return this.dataSource.getRepository(KeyRow);
  }
}
