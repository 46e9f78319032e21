import { Column, DataSource, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import type { RowProjection, StoredEvent } from '@windlass/event-store';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller.js';
import { aliasTaken, invalidKeyId, keyNotFound, tooManyKeys } from './key.errors.js';
import { GrantRow } from './grant-row.js';
import type { KeySpec, KeyUsage } from './key-spec.js';
import type { KeyTag } from './key-tags.js';
import { changeOfRecord, newRecord, type KeyRecord, type KeyStatus } from './key-record.js';
import { keyIdOf } from './key.decider.js';
import type { KeyEvent, KeyOrigin } from './key.events.js';

@Entity({ schema: 'kms', name: 'keys' })
export class KeyRow implements KeyRecord {
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
  state: KeyStatus;

  @Column({ type: 'integer', name: 'material_version' })
  materialVersion: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'text' })
  origin: KeyOrigin;

  @Column({ type: 'boolean', name: 'default_key' })
  defaultKey: boolean;

  @Column({ type: 'timestamptz', name: 'deletion_at', nullable: true })
  deletionAt: Date | null;

  @Column({ type: 'integer', name: 'rotation_interval_days' })
  rotationIntervalDays: number;

  @Column({ type: 'timestamptz', name: 'next_rotation_at', nullable: true })
  nextRotationAt: Date | null;

  @Column({ type: 'timestamptz', name: 'last_rotation_at', nullable: true })
  lastRotationAt: Date | null;

  @Column({ type: 'timestamptz', name: 'material_expires_at', nullable: true })
  materialExpiresAt: Date | null;

  @Column({ type: 'jsonb' })
  tags: readonly KeyTag[];
}

/** What a key is due for by the clock. */
export type KeyTimer = 'deletion' | 'expiry' | 'rotation';

export type DueKey = Pick<KeyRow, 'id' | 'domainId' | 'projectId'>;

export interface KeyFilter {
  readonly projectId: string;
  readonly state: KeyStatus | undefined;
  readonly keySpec: string | undefined;
  /** Whose grants bound what is found. */
  readonly principal: Principal;
}

const KEY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** The row of a key and those of its grants, by what happened to it. */
export const projectKey: RowProjection<KeyEvent> = async (rows, events) => {
  for (const event of events) {
    const id = keyIdOf(event.streamId);
    const happened = event as KeyEvent;
    switch (happened.type) {
      case 'KeyCreated':
        await rows.insert(KeyRow, newRecord(event, happened.data));
        break;
      case 'KeyDeleted':
        await rows.delete(KeyRow, { id });
        await rows.delete(GrantRow, { keyId: id });
        break;
      case 'KeyGrantCreated': {
        const { grant } = happened.data;
        await rows.insert(GrantRow, { ...grant, operations: [...grant.operations], keyId: id, createdAt: event.recordedAt });
        break;
      }
      case 'KeyGrantRevoked':
      case 'KeyGrantRetired':
        await rows.delete(GrantRow, { id: happened.data.grantId });
        break;
      default:
        await rows.update(KeyRow, { id }, changeOfRecord(event) as Partial<Omit<KeyRow, 'tags'>>);
    }
  }
};

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

  /** Keys that are due by then, by id, from after a key on. Only enabled keys rotate: the others are due when they are enabled again. */
  due(timer: KeyTimer, at: Date, after: string | undefined, limit: number): Promise<DueKey[]> {
    const due = this.rows().createQueryBuilder('key').select(['key.id', 'key.domainId', 'key.projectId']);
    if (timer === 'deletion') due.where(`key.state = 'pending_deletion' AND key.deletionAt <= :at`, { at });
    else if (timer === 'expiry') due.where('key.materialExpiresAt <= :at', { at });
    else due.where(`key.state = 'enabled' AND key.nextRotationAt <= :at`, { at });
    if (after) due.andWhere('key.id > :after', { after });
    return due.orderBy('key.id').limit(limit).getMany();
  }

  /**
   * Whoever gives or frees an alias of the project does this first. One that is freed and given again is then so in the order of
   * events too, by which the table is made again.
   */
  async lockAliases(manager: EntityManager, projectId: string): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('key aliases of ' || $1, 0))`, [projectId]);
  }

  /** Brings the table up to the events of a key that happen now; fails when they give it an alias that another key has. */
  async applyAll(manager: EntityManager, events: readonly StoredEvent<KeyEvent>[]): Promise<void> {
    for (const event of events) {
      await this.requireAliasFree(manager, event);
      await projectKey(manager, [event]);
    }
  }

  private async requireAliasFree(manager: EntityManager, event: StoredEvent<KeyEvent>): Promise<void> {
    const happened = event as KeyEvent;
    if (happened.type !== 'KeyCreated' && happened.type !== 'KeyAliasChanged') return;
    const { alias } = happened.data;
    const { projectId } = happened.type === 'KeyCreated' ? happened.data : await manager.findOneByOrFail(KeyRow, { id: keyIdOf(event.streamId) });
    if (await manager.existsBy(KeyRow, { alias, projectId })) throw aliasTaken(alias);
  }

  private rows() {
    return this.dataSource.getRepository(KeyRow);
  }
}
