import type { EventMetadata } from '@windlass/event-store';
import { isWindlassError } from '@windlass/errors';
import type { DataSource } from 'typeorm';
import type { Caller } from '../caller.js';
import type { EncryptionContext } from '../envelope/index.js';
import type { KeyRow } from '../key/index.js';
import { refusal } from '../refusal.js';

/** Operations that use a key's material, as their paths name them. */
export type UseOperation = 'create-datakey' | 'create-datakey-without-plaintext' | 'encrypt-datakey' | 'decrypt-datakey' | 'encrypt-data' | 'decrypt-data' | 'sign' | 'verify';

export interface KeyUse {
  readonly operation: UseOperation;
  /** 0 when it is not known. */
  readonly materialVersion: number;
  readonly context: EncryptionContext;
}

/** A use as it is kept. */
export interface RecordedUse extends KeyUse {
  readonly id: string;
  readonly usedAt: Date;
  readonly outcome: string;
  readonly who: EventMetadata;
}

interface NewUse extends Omit<RecordedUse, 'id'> {
  readonly key: Pick<KeyRow, 'id' | 'projectId' | 'enterpriseProjectId'>;
}

interface Batch {
  readonly uses: NewUse[];
  stored: Promise<void>;
}

export const NO_CONTEXT: EncryptionContext = { authenticatedData: '', encryptionContext: {} };
const MOST_WAITING = 4096;
const MOST_PER_DELETE = 5000;

/**
 * Keeps what keys were used for, by whom and with which context: facts, appended and never changed. A use is answered when its
 * record is stored, so that none goes unseen whatever crashes; those that come while one statement runs share the next.
 */
export class KeyUses {
  private next: Batch | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Does the work and records it, with the code of the refusal when it is refused. */
  async recorded<T>(caller: Caller, key: KeyRow, use: KeyUse, work: () => Promise<T> | T): Promise<T> {
    const record = (outcome: string): Promise<void> => this.append({ ...use, key, outcome, who: caller.metadata, usedAt: this.now() });
    let answer: T;
    try {
      answer = await work();
    } catch (error) {
      await record(isWindlassError(error) ? error.code : 'failed');
      throw error;
    }
    await record('succeeded');
    return answer;
  }

  /** Uses of a key in enterprise projects that the caller's grants reach, newest first, from before a use on. Deleted keys have theirs still. */
  async page({ projectId, principal }: Caller, keyId: string, before: string | undefined, limit: number): Promise<RecordedUse[]> {
    const rows = await this.dataSource.query<UseRow[]>(
      `SELECT id, operation, outcome, material_version, used_at, context, who FROM kms.key_uses
        WHERE project_id = $1 AND key_id = $2 AND ($3::bigint IS NULL OR id < $3) AND ($4 OR enterprise_project_id = ANY ($5::text[]))
        ORDER BY id DESC LIMIT $6`,
      [projectId, keyId, before ?? null, principal.all_enterprise_projects, principal.enterprise_project_ids, limit],
    );
    return rows.map(({ id, operation, outcome, material_version: materialVersion, used_at: usedAt, context, who }) => ({ id, operation, outcome, materialVersion, usedAt, context, who }));
  }

  /** Forgets what is older, a bounded number at a time; answers whether there is more. */
  async forget(before: Date): Promise<boolean> {
    const [, deleted] = await this.dataSource.query<[unknown, number]>('DELETE FROM kms.key_uses WHERE id IN (SELECT id FROM kms.key_uses WHERE used_at < $1 LIMIT $2)', [before, MOST_PER_DELETE]);
    return deleted === MOST_PER_DELETE;
  }

  private append(use: NewUse): Promise<void> {
    const batch = (this.next ??= this.open());
    if (batch.uses.length >= MOST_WAITING) {
      throw refusal('throttled', 'KMS.0102', 'TOO_MANY_USES', `${MOST_WAITING} uses of keys wait to be recorded already. Try again in a moment.`);
    }
    batch.uses.push(use);
    return batch.stored;
  }

  private open(): Batch {
    const batch: Batch = { uses: [], stored: Promise.resolve() };
    batch.stored = this.last.then(() => {
      this.next = undefined;
      return this.store(batch.uses);
    });
    this.last = batch.stored.catch(() => undefined);
    return batch;
  }

  private async store(uses: readonly NewUse[]): Promise<void> {
    const column = <T>(of: (use: NewUse) => T): T[] => uses.map(of);
    await this.dataSource.query(
      `INSERT INTO kms.key_uses (key_id, project_id, enterprise_project_id, operation, outcome, material_version, used_at, context, who)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[], $8::json[], $9::json[])`,
      [
        column(({ key }) => key.id),
        column(({ key }) => key.projectId),
        column(({ key }) => key.enterpriseProjectId),
        column(({ operation }) => operation),
        column(({ outcome }) => outcome),
        column(({ materialVersion }) => materialVersion),
        column(({ usedAt }) => usedAt),
        column(({ context }) => JSON.stringify(context)),
        column(({ who }) => JSON.stringify(who)),
      ],
    );
  }
}

interface UseRow {
  readonly id: string;
  readonly operation: UseOperation;
  readonly outcome: string;
  readonly material_version: number;
  readonly used_at: Date;
  readonly context: EncryptionContext;
  readonly who: EventMetadata;
}
