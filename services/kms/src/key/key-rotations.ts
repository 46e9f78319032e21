import { EventStore, type EventMetadata } from '@windlass/event-store';
import { KeyMaterial } from './key-material.js';
import { KeyTable, type KeyRow } from './key-table.js';
import { key, keyStream } from './key.decider.js';
import { MaterialMaker } from './material-maker.js';
import type { KeyEvent } from './key.events.js';
import type { RotationCommand } from './rotation.js';

type RotatingCommand = Extract<RotationCommand, { kind: 'rotate' | 'rotate_when_due' }>;

/** Gives keys new material and keeps the earlier: each ciphertext names the version that sealed it. */
export class KeyRotations {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
    private readonly maker: MaterialMaker,
  ) {}

  /** Answers the version that seals from now on. */
  async rotate({ id: keyId, domainId, projectId }: Pick<KeyRow, 'id' | 'domainId' | 'projectId'>, command: RotatingCommand, metadata: EventMetadata): Promise<number> {
    const material = await this.maker.make('AES_256');
    try {
      const { state } = await this.events.execute({
        streamId: keyStream(keyId),
        tenant: domainId,
        decider: key,
        command,
        metadata,
        project: async (manager, changes) => {
          await this.keys.applyAll(manager, changes);
          for (const change of changes as readonly KeyEvent[]) {
            if (change.type === 'KeyRotated') await this.material.keep(manager, { domainId, projectId, keyId, version: change.data.materialVersion }, material);
          }
        },
      });
      return state.status === 'absent' ? 0 : state.materialVersion;
    } finally {
      material.fill(0);
    }
  }
}
