import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountCopy } from '@windlass/accounts';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { DEFAULT_ENTERPRISE_PROJECT, EnterpriseProjects } from '../enterprise-project/enterprise-projects.js';
import { KeyMaterial } from './key-material.js';
import { tooManyKeys } from './key.errors.js';
import { KeyTable } from './key-table.js';
import { key, keyStream } from './key.decider.js';
import { MaterialMaker } from './material-maker.js';
import { FIRST_MATERIAL_VERSION, specOf, type NewKey } from './new-key.js';

/** Answers the new key's id. */
export class CreateKey extends Command<string> {
  constructor(
    readonly caller: Caller,
    readonly wanted: Omit<NewKey, 'domainId' | 'projectId'>,
  ) {
    super();
  }
}

@CommandHandler(CreateKey)
export class CreateKeyHandler implements ICommandHandler<CreateKey> {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
    private readonly material: KeyMaterial,
    private readonly maker: MaterialMaker,
    private readonly accounts: AccountCopy,
    private readonly enterpriseProjects: EnterpriseProjects,
  ) {}

  async execute({ caller, wanted }: CreateKey): Promise<string> {
    const keyId = randomUUID();
    const { domainId, projectId } = caller;
    await this.enterpriseProjects.requireUsable(caller, wanted.enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT);
    const limit = await this.accounts.quota(this.keys.manager, domainId, 'CMK');
    // Whoever is at the quota has no primes searched for; whether there is room is decided below.
    if ((await this.keys.count(domainId)) >= limit) throw tooManyKeys(limit, domainId);
    const spec = specOf(wanted.keySpec);
    const material = wanted.origin === 'external' ? undefined : await this.maker.make(spec);
    try {
      await this.events.transaction(async (manager) => {
        await this.keys.lockAliases(manager, projectId);
        await this.events.executeIn(manager, {
          streamId: keyStream(keyId),
          tenant: domainId,
          decider: key,
          command: { kind: 'create', domainId, projectId, ...wanted },
          metadata: metadataOf(caller),
          project: async (_, created) => {
            await this.keys.requireRoom(manager, domainId, await this.accounts.quota(manager, domainId, 'CMK'));
            await this.keys.applyAll(manager, created);
            if (material !== undefined) await this.material.keep(manager, { domainId, projectId, keyId, version: FIRST_MATERIAL_VERSION }, material);
          },
        });
      });
    } finally {
      material?.fill(0);
    }
    return keyId;
  }
}
