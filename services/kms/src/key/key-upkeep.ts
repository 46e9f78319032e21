import type { EventStore } from '@windlass/event-store';
import type { Logger } from '@windlass/telemetry';
import type { KeyMaterial } from './key-material.js';
import type { KeyRotations } from './key-rotations.js';
import type { DueKey, KeyTable, KeyTimer } from './key-table.js';
import { key, keyStream } from './key.decider.js';

const LOOK_EVERY_MS = 10_000;
const KEYS_PER_PAGE = 100;
const PLATFORM = { actor: 'platform', requestId: '' };

/**
 * Deletes the keys whose day has come, erases imported material at its time, and rotates keys whose interval has passed. What is due stands in the database, so a
 * restart forgets nothing; of several processes one wins the key's stream and the others find nothing left to do.
 */
export class KeyUpkeep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
    private readonly rotations: KeyRotations,
    private readonly logger: Logger,
    private readonly now: () => Date = () => new Date(),
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      // One run at a time: a slow one makes the next wait for its turn.
      this.running = this.running.then(() => this.run()).catch((error: unknown) => this.logger.warn({ err: error }, 'keys that are due could not be looked for'));
    }, LOOK_EVERY_MS).unref();
  }

  /** Resolves when the key that is being worked on is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Does all that is due. A key that fails is tried again the next time, and keeps no other waiting. */
  async run(): Promise<void> {
    await this.each('deletion', (due, at) => this.delete(due, at));
    await this.each('expiry', (due, at) => this.expire(due, at));
    await this.each('rotation', (due, at) => this.rotations.rotate(due, { kind: 'rotate_when_due', at }, PLATFORM));
  }

  private async each(timer: KeyTimer, work: (due: DueKey, at: Date) => Promise<unknown>): Promise<void> {
    const at = this.now();
    let after: string | undefined;
    while (!this.stopping) {
      const page = await this.keys.due(timer, at, after, KEYS_PER_PAGE);
      for (const due of page) {
        if (this.stopping) return;
        await work(due, at).catch((error: unknown) => this.logger.error({ err: error, key_id: due.id }, `the ${timer} of a key failed`));
      }
      if (page.length < KEYS_PER_PAGE) return;
      after = page.at(-1)?.id;
    }
  }

  /** The key and all versions of its material go in one transaction; its history stays. */
  private async delete({ id, domainId, projectId }: DueKey, at: Date): Promise<void> {
    await this.events.transaction(async (manager) => {
      await this.keys.lockAliases(manager, projectId);
      await this.events.executeIn(manager, {
        streamId: keyStream(id),
        tenant: domainId,
        decider: key,
        command: { kind: 'delete_when_due', at },
        metadata: PLATFORM,
        project: async (_, changes) => {
          await this.keys.applyAll(manager, changes);
          await this.material.erase(manager, id);
          await this.material.forgetImported(manager, id);
        },
      });
    });
  }

  /** Imported material goes at the time its tenant said; the key stays, and awaits it. */
  private async expire({ id, domainId }: DueKey, at: Date): Promise<void> {
    await this.events.execute({
      streamId: keyStream(id),
      tenant: domainId,
      decider: key,
      command: { kind: 'expire_material', at },
      metadata: PLATFORM,
      project: async (manager, changes) => {
        await this.keys.applyAll(manager, changes);
        if (changes.length > 0) await this.material.erase(manager, id);
      },
    });
  }
}
