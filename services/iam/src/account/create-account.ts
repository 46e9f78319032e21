import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { ACCOUNT_ADMINISTRATOR, PLATFORM_OPERATOR } from '@windlass/principal';
import { accessKey, AccessKeySecretRow, accessKeyStream, newKeyPair, projectAccessKey, SecretBox, type KeyPair } from '../access-key/index.js';
import { Clock } from '../clock.js';
import { newId } from '../id.js';
import { useInvitation } from '../invitation/index.js';
import { project, projectProject, projectStream } from '../project/index.js';
import { REGION } from '../settings.js';
import { refusingTakenNames } from '../unique-name.js';
import { UnitOfWork } from '../unit-of-work.js';
import { hashPassword, NO_DETAILS, PasswordRow, projectUser, user, userStream } from '../user/index.js';
import { account, accountExists, accountStream } from './account.decider.js';
import { ACCOUNT_NAME_UNIQUE, projectAccount } from './account.entity.js';

/** Creates an account with its administrator, the project of the region and a first access key: all of it or nothing. */
export class CreateAccount extends Command<CreatedAccount> {
  constructor(
    readonly account: {
      readonly name: string;
      readonly isOperator: boolean;
      /** The token of an invitation to use up for it. */
      readonly invitation?: string | undefined;
    },
    readonly administrator: { readonly name: string; readonly password: string; readonly email: string },
    /** Made by the service when the caller brings none. */
    readonly keyPair: KeyPair | undefined,
    /** The request of whoever signed up; absent when the platform makes the account for itself. */
    readonly request?: { readonly requestId: string; readonly sourceAddress: string; readonly userAgent: string },
  ) {
    super();
  }
}

export interface CreatedAccount {
  readonly domainId: string;
  readonly userId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly keyPair: KeyPair;
}

// Who signs up has no name here before the account is made; the platform makes it, for itself or for them.
const ACTOR = 'platform';

@CommandHandler(CreateAccount)
export class CreateAccountHandler implements ICommandHandler<CreateAccount> {
  constructor(
    private readonly store: EventStore,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
    @Inject(REGION) private readonly region: string,
  ) {}

  async execute({ account: { name, isOperator, invitation }, administrator, keyPair = newKeyPair(), request }: CreateAccount): Promise<CreatedAccount> {
    const [domainId, userId, projectId] = [newId(), newId(), newId()];
    const roles = isOperator ? [ACCOUNT_ADMINISTRATOR, PLATFORM_OPERATOR] : [ACCOUNT_ADMINISTRATOR];
    const hash = await hashPassword(administrator.password);
    const sealedSecret = this.secrets.seal(keyPair.secretKey, keyPair.accessKey);

    const work = async (unit: UnitOfWork): Promise<void> => {
      const { manager } = unit;
      if (invitation !== undefined) await useInvitation(unit, invitation, domainId, this.clock.now());
      await unit.execute(accountStream(domainId), account, { type: 'CreateAccount', domainId, name, isOperator }, projectAccount);
      const { email, ...named } = administrator;
      const createUser = { type: 'CreateUser' as const, userId, domainId, roles, ...named, details: { ...NO_DETAILS, email }, enabled: true };
      await unit.execute(userStream(userId), user, createUser, projectUser);
      await manager.insert(PasswordRow, { userId, hash, setAt: this.clock.now() });
      await unit.execute(projectStream(projectId), project, { type: 'CreateProject', projectId, domainId, region: this.region }, projectProject);
      const createKey = { type: 'CreateAccessKey' as const, ...keyPair, userId, domainId };
      await unit.execute(accessKeyStream(keyPair.accessKey), accessKey, createKey, projectAccessKey);
      await manager.insert(AccessKeySecretRow, { accessKey: keyPair.accessKey, sealedSecret });
    };
    const metadata = { actor: ACTOR, requestId: randomUUID(), ...request };
    await refusingTakenNames(ACCOUNT_NAME_UNIQUE, () => accountExists(name), () => UnitOfWork.run(this.store, domainId, metadata, work));
    return { domainId, userId, projectId, projectName: this.region, keyPair };
  }
}
