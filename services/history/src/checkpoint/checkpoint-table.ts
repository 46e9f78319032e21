import type { Checkpoint, CheckpointContent, SealedEvent } from '@windlass/hash-chain';
import type { DataSource } from 'typeorm';

/** A sealed event and its place in the account's part of a service's log: 1 for the first. */
export interface NumberedSeal {
  readonly number: number;
  readonly sealed: SealedEvent;
}

/** The sealed events of one service that a checkpoint adds, in order. */
export interface NewSeals {
  readonly service: string;
  /** How many were sealed before. */
  readonly after: number;
  readonly sealed: readonly SealedEvent[];
}

interface CheckpointRow {
  readonly number: number;
  /** As it was written, unless somebody got at it since. */
  readonly content: unknown;
  readonly hash: Buffer;
  readonly keyId: string;
  readonly algorithm: string;
  readonly signature: Buffer;
}

const COLUMNS = 'number, content, hash, key_id AS "keyId", algorithm, signature';
const INSERTED_AT_ONCE = 1_000;

/** Checkpoints and what they seal. Rows are added and never changed. */
export class CheckpointTable {
  constructor(private readonly dataSource: DataSource) {}

  async newest(accountId: string): Promise<Checkpoint | undefined> {
    return (await this.newestFirst(accountId, undefined, 1))[0];
  }

  /** From below a number down. */
  async newestFirst(accountId: string, below: number | undefined, limit: number): Promise<readonly Checkpoint[]> {
    const rows = await this.dataSource.query<CheckpointRow[]>(
      `SELECT ${COLUMNS} FROM history.checkpoints WHERE account_id = $1 AND ($2::integer IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
      [accountId, below ?? null, limit],
    );
    return rows.map(toCheckpoint);
  }

  /** From after a number to another one. */
  async oldestFirst(accountId: string, after: number, until: number, limit: number): Promise<readonly Checkpoint[]> {
    const rows = await this.dataSource.query<CheckpointRow[]>(
      `SELECT ${COLUMNS} FROM history.checkpoints WHERE account_id = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4`,
      [accountId, after, until, limit],
    );
    return rows.map(toCheckpoint);
  }

  async sealed(accountId: string, service: string, after: number, until: number, limit: number): Promise<readonly NumberedSeal[]> {
    const rows = await this.dataSource.query<(Omit<SealedEvent, 'digest'> & { number: number; digest: Buffer })[]>(
      `SELECT number, position, event_id AS id, stream_id AS "streamId", version, digest FROM history.sealed_events
        WHERE account_id = $1 AND service = $2 AND number > $3 AND number <= $4 ORDER BY number LIMIT $5`,
      [accountId, service, after, until, limit],
    );
    return rows.map(({ number, digest, ...named }) => ({ number, sealed: { ...named, digest: digest.toString('hex') } }));
  }

  /** A service of which more is sealed than its newest checkpoint covers, which nothing but the loss of a checkpoint leaves behind. */
  async sealedBeyond(accountId: string, newest: Checkpoint | undefined, services: readonly string[]): Promise<string | undefined> {
    const covered = services.map((service) => newest?.content.services.find((part) => part.service === service)?.events ?? 0);
    const rows = await this.dataSource.query<{ service: string }[]>(
      `SELECT service FROM history.sealed_events JOIN unnest($3::text[], $4::integer[]) AS covered (service, events) USING (service)
        WHERE account_id = $1 AND number = events + 1
          AND NOT EXISTS (SELECT FROM history.checkpoints WHERE account_id = $1 AND number > $2)
        ORDER BY service LIMIT 1`,
      [accountId, newest?.content.number ?? 0, services, covered],
    );
    return rows[0]?.service;
  }

  /** Adds a checkpoint with what it seals, in one transaction; false when the account has one of that number already. */
  async add({ content, hash, signature }: Checkpoint, seals: readonly NewSeals[]): Promise<boolean> {
    const { accountId, number } = content;
    return this.dataSource.transaction(async (manager) => {
      const added = await manager.query<unknown[]>(
        `INSERT INTO history.checkpoints (account_id, number, content, hash, key_id, algorithm, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING number`,
        [accountId, number, JSON.stringify(content), Buffer.from(hash, 'hex'), signature.keyId, signature.algorithm, signature.value],
      );
      if (added.length === 0) return false;
      for (const { service, after, sealed } of seals) {
        for (let from = 0; from < sealed.length; from += INSERTED_AT_ONCE) {
          const some = sealed.slice(from, from + INSERTED_AT_ONCE);
          await manager.query(
            `INSERT INTO history.sealed_events (account_id, service, number, position, event_id, stream_id, version, digest)
             SELECT $1, $2, * FROM unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::bytea[])`,
            [
              accountId,
              service,
              some.map((_, index) => after + from + index + 1),
              some.map(({ position }) => position),
              some.map(({ id }) => id),
              some.map(({ streamId }) => streamId),
              some.map(({ version }) => version),
              some.map(({ digest }) => Buffer.from(digest, 'hex')),
            ],
          );
        }
      }
      return true;
    });
  }
}

function toCheckpoint({ number, content, hash, keyId, algorithm, signature }: CheckpointRow): Checkpoint {
  return { content: contentOf(content, number), hash: hash.toString('hex'), signature: { keyId, algorithm, value: signature } };
}

/**
 * What a row says, in the shape of a checkpoint whatever was done to it, and under the row's number: what does not fit has
 * another hash then, and is found by it.
 */
function contentOf(written: unknown, number: number): CheckpointContent {
  const { format, accountId, madeAt, previousHash, services } = membersOf(written);
  return {
    format: text(format) as CheckpointContent['format'],
    accountId: text(accountId),
    number,
    madeAt: text(madeAt),
    previousHash: text(previousHash),
    services: (Array.isArray(services) ? services : []).map((part: unknown) => {
      const { service, position, events, root } = membersOf(part);
      return { service: text(service), position: text(position), events: Number.isInteger(events) ? (events as number) : 0, root: text(root) };
    }),
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
