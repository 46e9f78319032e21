import { randomUUID } from 'node:crypto';
import { isWindlassError } from '@windlass/errors';
import { EventStore, type EventMetadata } from '@windlass/event-store';
import { DEFAULT_ENTERPRISE_PROJECT } from '../enterprise-project/enterprise-projects.js';
import { KeyMaterial } from './key-material.js';
import { KeyTable, type KeyRow } from './key-table.js';
import { key, keyStream } from './key.decider.js';
import { MaterialMaker } from './material-maker.js';
import { FIRST_MATERIAL_VERSION, type ServiceKey } from './new-key.js';

/** Keys that services of the platform make for themselves on first use: no quota counts them, no tenant chooses them. */
export class ServiceKeys {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
    private readonly maker: MaterialMaker,
  ) {}

  /** The project's key of that alias, made when there is none. Of callers at the same time one makes it. */
  async ensure(wanted: Omit<ServiceKey, 'description' | 'enterpriseProjectId'>, description: string, metadata: EventMetadata): Promise<KeyRow> {
    const { projectId, alias } = wanted;
    const found = await this.keys.byAlias(projectId, alias);
    if (found !== null) return found;
    try {
      await this.make({ ...wanted, description, enterpriseProjectId: DEFAULT_ENTERPRISE_PROJECT }, metadata);
    } catch (error) {
      if (!isWindlassError(error) || error.reason !== 'ALIAS_EXISTS') throw error;
    }
    const made = await this.keys.byAlias(projectId, alias);
    if (made === null) throw new Error(`The key ${alias} of project ${projectId} was made and is not there.`);
    return made;
  }

  private async make(details: ServiceKey, metadata: EventMetadata): Promise<void> {
    const keyId = randomUUID();
    const { domainId, projectId } = details;
    const material = await this.maker.make(details.keySpec);
    try {
      await this.events.transaction(async (manager) => {
        await this.keys.lockAliases(manager, projectId);
        await this.events.executeIn(manager, {
          streamId: keyStream(keyId),
          tenant: domainId,
          decider: key,
          command: { kind: 'create_for_service', details },
          metadata,
          project: async (_, created) => {
            await this.keys.applyAll(manager, created);
            await this.material.keep(manager, { domainId, projectId, keyId, version: FIRST_MATERIAL_VERSION }, material);
          },
        });
      });
    } finally {
      material.fill(0);
    }
  }
}
