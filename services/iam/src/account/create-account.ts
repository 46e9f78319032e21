import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore, fold, type Decider, type DomainEvent, type Project } from '@windlass/event-store';
import { ACCOUNT_ADMINISTRATOR, PLATFORM_OPERATOR } from '@windlass/principal';
import { QueryFailedError, type EntityManager } from 'typeorm';
import { accessKey, AccessKeySecretRow, accessKeyStream, newKeyPair, projectAccessKey, SecretBox, type KeyPair } from '../access-key/index.js';
import { Clock } from '../clock.js';
import { newId } from '../id.js';
import { project, projectProject, projectStream } from '../project/index.js';
import { REGION } from '../settings.js';
import { hashPassword, PasswordRow, projectUser, user, userStream } from '../user/index.js';
import { account, accountExists, accountStream } from './account.decider.js';
import { ACCOUNT_NAME_UNIQUE, projectAccount } from './account.entity.js';

/** Creates an account with its administrator, the project of the region and a first access key: all of it or nothing. */
export class CreateAccount extends Command<CreatedAccount> {
  constructor(
    readonly account: { readonly name: string; readonly isOperator: boolean },
    readonly administrator: { readonly name: string; readonly password: string; readonly email: string },
    /** Made by the service when the caller brings none. */
    readonly keyPair: KeyPair | undefined,
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

// No tenant asks for this: the platform does, over a socket that only the platform reaches.
const ACTOR = 'platform';

@CommandHandler(CreateAccount)
export class CreateAccountHandler implements ICommandHandler<CreateAccount> {
  constructor(
    private readonly store: EventStore,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
    @Inject(REGION) private readonly region: string,
  ) {}

  async execute(command: CreateAccount): Promise<CreatedAccount> {
    const { name, isOperator } = command.account;
    const { administrator, keyPair = newKeyPair() } = command;
    const [domainId, userId, projectId] = [newId(), newId(), newId()];
    const roles = isOperator ? [ACCOUNT_ADMINISTRATOR, PLATFORM_OPERATOR] : [ACCOUNT_ADMINISTRATOR];
    const beginStream = this.streamsOf(domainId);
    const hash = await hashPassword(administrator.password);

    const begin = async (manager: EntityManager): Promise<void> => {
      await beginStream(manager, accountStream(domainId), account, { type: 'CreateAccount', domainId, name, isOperator }, projectAccount);
      await beginStream(manager, userStream(userId), user, { type: 'CreateUser', userId, domainId, roles, ...administrator }, projectUser);
      await manager.insert(PasswordRow, { userId, hash, setAt: this.clock.now() });
      await beginStream(manager, projectStream(projectId), project, { type: 'CreateProject', projectId, domainId, region: this.region }, projectProject);
      await beginStream(
        manager,
        accessKeyStream(keyPair.accessKey),
        accessKey,
        { type: 'CreateAccessKey', ...keyPair, userId, domainId },
        projectAccessKey,
      );
      const sealedSecret = this.secrets.seal(keyPair.secretKey, keyPair.accessKey);
      await manager.insert(AccessKeySecretRow, { accessKey: keyPair.accessKey, sealedSecret });
    };
    try {
      await this.store.dataSource.transaction(begin);
    } catch (error) {
      throw isNameTaken(error) ? accountExists(name) : error;
    }
    return { domainId, userId, projectId, projectName: this.region, keyPair };
  }

  /** Runs the first command of one stream after another within a transaction that they share. */
  private streamsOf(domainId: string) {
    const metadata = { actor: ACTOR, requestId: randomUUID() };
    return async <S, C, E extends DomainEvent>(
      manager: EntityManager,
      streamId: string,
      decider: Decider<S, C, E>,
      command: C,
      projectEvents: Project<S, E>,
    ): Promise<void> => {
      const history = await this.store.load<E>(streamId, manager);
      const before = fold<S, E>(decider, decider.initial, history);
      const decided = decider.decide(before, command);
      const input = { streamId, tenant: domainId, expectedVersion: history.length, events: decided, metadata };
      const events = await this.store.append(manager, input);
      await projectEvents(manager, events, fold<S, E>(decider, before, events));
    };
  }
}

function isNameTaken(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { constraint?: string }).constraint === ACCOUNT_NAME_UNIQUE;
}
