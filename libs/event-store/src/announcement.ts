import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { notificationChannel } from './event-tables.js';

/** Tells followers, at the commit of the transaction, that there are events. */
export async function announceAtCommit(manager: EntityManager, schema: string): Promise<void> {
  await manager.query(`SELECT pg_notify('${notificationChannel(schema)}', '')`);
}

/** Between two tellings. Followers read whatever is there by then, so being told more often would only keep the database busy. */
const PAUSE_MILLISECONDS = 5;

/**
 * Tells followers of events that are committed. PostgreSQL lets transactions that notify commit one after the other, each with
 * its own wait for the disk; told afterwards, writers commit together. One statement tells of all commits since the last one.
 * What is not told is found by followers themselves, within a second.
 */
export class Announcer {
  private telling = false;
  private more = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly schema: string,
  ) {}

  announce(): void {
    this.more = true;
    if (this.telling) return;
    this.telling = true;
    void this.tell().finally(() => (this.telling = false));
  }

  private async tell(): Promise<void> {
    while (this.more) {
      this.more = false;
      await announceAtCommit(this.dataSource.manager, this.schema).catch(() => undefined);
      await delay(PAUSE_MILLISECONDS, undefined, { ref: false });
    }
  }
}
