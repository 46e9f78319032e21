import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventBus } from '@windlass/event-bus';
import { EventStore } from '@windlass/event-store';
import { CallContextReader } from '@windlass/grpc';
import { PrincipalSigner, PrincipalVerifier } from '@windlass/principal';
import type { Logger } from '@windlass/telemetry';
import { DataSource } from 'typeorm';
import { SecretBox } from './access-key/index.js';
import { AccessKeyModule } from './access-key/access-key.module.js';
import { AccountModule } from './account/account.module.js';
import { AgencyModule } from './agency/agency.module.js';
import { AuthenticationModule } from './authentication/authentication.module.js';
import { AuthorizationModule } from './authorization/authorization.module.js';
import { Clock } from './clock.js';
import type { IamConfig } from './config.js';
import { EnterpriseProjectModule } from './enterprise-project/enterprise-project.module.js';
import { ProjectResources } from './enterprise-project/project-resources.js';
import { EventOperationModule } from './event-operation/event-operation.module.js';
import { GrantModule } from './grant/grant.module.js';
import { HistoryModule } from './history/history.module.js';
import { GroupModule } from './group/group.module.js';
import { InvitationModule } from './invitation/invitation.module.js';
import { Permissions } from './permissions.js';
import { ProjectModule } from './project/project.module.js';
import { ResourceCounter } from './project/resource-counter.js';
import { QuotaModule } from './quota/quota.module.js';
import { RoleModule } from './role/role.module.js';
import { EVENT_BUS, LOGGER, PUBLIC_API_URL, REGION, SIGN_UP_MODE } from './settings.js';
import { SignUpModule } from './sign-up/sign-up.module.js';
import { TemporaryCredentialModule } from './temporary-credential/temporary-credential.module.js';
import { TokenModule } from './token/token.module.js';
import { UserModule } from './user/user.module.js';

/** The capabilities, and what all of them may ask for. */
@Module({})
export class IamModule {
  static with(config: IamConfig, store: EventStore, bus: EventBus, logger: Logger): DynamicModule {
    const provided: Provider[] = [
      { provide: LOGGER, useValue: logger },
      { provide: REGION, useValue: config.region },
      { provide: PUBLIC_API_URL, useValue: config.publicApiUrl.replace(/\/+$/, '') },
      { provide: EventStore, useValue: store },
      { provide: EVENT_BUS, useValue: bus },
      { provide: DataSource, useValue: store.dataSource },
      { provide: SecretBox, useValue: new SecretBox(config.secretsKey) },
      { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(config.principalKey)) },
      { provide: SIGN_UP_MODE, useValue: config.signUp ?? 'open' },
      { provide: ProjectResources, useFactory: () => new ProjectResources(config.registryAddress, new PrincipalSigner(config.principalKey)) },
      { provide: ResourceCounter, useFactory: () => new ResourceCounter(config, new PrincipalSigner(config.principalKey)) },
      Clock,
      Permissions,
    ];
    return {
      module: IamModule,
      global: true,
      imports: [CqrsModule.forRoot(), HistoryModule, AccountModule, ProjectModule, TokenModule, AuthenticationModule, AuthorizationModule, RoleModule, GrantModule, SignUpModule, InvitationModule, EnterpriseProjectModule, QuotaModule, UserModule, GroupModule, AccessKeyModule, AgencyModule, TemporaryCredentialModule, EventOperationModule],
      providers: provided,
      exports: provided,
    };
  }
}
