import { randomBytes } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateGrantRequest } from '@windlass/contracts/kms/v1/grant_service';
import { EventStore } from '@windlass/event-store';
import { reachesEnterpriseProject } from '@windlass/principal';
import { metadataOf, type Caller } from '../caller.js';
import { GrantRow, grantNotFound, holderOf, isKeyId, invalidKeyId, key, KeyAccess, KeyRow, keyStream, KeyTable, mayRetire, withoutPermission } from '../key/index.js';

/** On one key. */
export const MOST_GRANTS = 100;
const GRANT_ID_BYTES = 32;

/** Answers the id of the grant. */
export class CreateGrant extends Command<string> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateGrantRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateGrant)
export class CreateGrantHandler implements ICommandHandler<CreateGrant> {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
    private readonly access: KeyAccess,
  ) {}

  async execute({ caller, request }: CreateGrant): Promise<string> {
    const { row, byGrant } = await this.access.reach(caller, request.key_id, 'create-grant');
    const wanted = {
      id: randomBytes(GRANT_ID_BYTES).toString('hex'),
      grantee: request.grantee_principal,
      granteeType: request.grantee_principal_type,
      operations: request.operations,
      name: request.name,
      issuer: caller.actor,
      retiring: request.retiring_principal,
    };
    await this.events.execute({
      streamId: keyStream(row.id),
      tenant: row.domainId,
      decider: key,
      command: { kind: 'create_grant', wanted, limit: MOST_GRANTS, within: byGrant ? holderOf(caller) : undefined },
      metadata: metadataOf(caller),
      project: (manager, changes) => this.keys.applyAll(manager, changes),
    });
    return wanted.id;
  }
}

/** By whom the grant names: policies need not allow it, and do not suffice. */
export class RetireGrant extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly keyId: string,
    readonly grantId: string,
  ) {
    super();
  }
}

@CommandHandler(RetireGrant)
export class RetireGrantHandler implements ICommandHandler<RetireGrant> {
  constructor(
    private readonly events: EventStore,
    private readonly keys: KeyTable,
  ) {}

  async execute({ caller, keyId, grantId }: RetireGrant): Promise<void> {
    const holder = holderOf(caller);
    if (!isKeyId(keyId)) throw withoutPermission(caller) ?? invalidKeyId();
    const { projectId, principal } = caller;
    const [row, grant] = await Promise.all([this.keys.manager.findOneBy(KeyRow, { id: keyId }), this.keys.manager.findOneBy(GrantRow, { id: grantId, keyId })]);
    // Whom it does not name learns of it only where the key is its own to see.
    const seen = row?.projectId === projectId && reachesEnterpriseProject(principal, row.enterpriseProjectId);
    if (row === null || grant === null || !(seen || mayRetire(grant, holder))) throw withoutPermission(caller) ?? grantNotFound();
    await this.events.execute({
      streamId: keyStream(keyId),
      tenant: row.domainId,
      decider: key,
      command: { kind: 'retire_grant', grantId, by: holder },
      metadata: metadataOf(caller),
      project: (manager, changes) => this.keys.applyAll(manager, changes),
    });
  }
}
