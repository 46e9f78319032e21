import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountCopy } from '@windlass/accounts';
import { EnterpriseProjectDirectoryServiceClient } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { EventStore } from '@windlass/event-store';
import { CallContextReader, connect } from '@windlass/grpc';
import { PrincipalVerifier } from '@windlass/principal';
import { CreateDataKeyHandler, DecryptDataKeyHandler, EncryptDataKeyHandler } from './data-key/index.js';
import { DataEncryptionController, DecryptDataHandler, EncryptDataHandler } from './data/index.js';
import { Envelopes } from './envelope/index.js';
import { KeyUseController, KeyUses } from './use/index.js';
import { EnterpriseProjects } from './enterprise-project/enterprise-projects.js';
import { EventSource, EventSourceController, History } from '@windlass/resource-history';
import { KEY_RESOURCES } from './history/key-resources.js';
import { PastKeys } from './history/past-keys.js';
import { CreateGrantHandler, GrantController, GrantListing, RetireGrantHandler } from './grant/index.js';
import { KeyImportController, MaterialImport } from './import/index.js';
import { KeyQuotaController } from './key-quota/key-quota.controller.js';
import { KeyServiceController } from './key-service.controller.js';
import { ChangeKeyHandler, CreateKeyHandler, KeyAccess, KeyMaterial, KeyRotations, KeyTable, MaterialMaker, ServiceKeys } from './key/index.js';
import { KeyLifecycleController } from './lifecycle/key-lifecycle.controller.js';
import { KeyRotationController } from './rotation/key-rotation.controller.js';
import { PlatformSigningController } from './platform-signing/platform-signing.controller.js';
import { ProjectResourcesController } from './project-resources/project-resources.controller.js';
import { ServiceKeyController } from './service-key/service-key.controller.js';
import { KmsSettings } from './settings.js';
import { KeyPairs, SigningController } from './signing/index.js';
import { KeyTagController, TaggedKeys } from './tag/index.js';

/** What is opened before the module, and closed after it. */
export interface KmsResources {
  readonly dataSource: DataSource;
  readonly events: EventStore;
  readonly keys: KeyTable;
  readonly maker: MaterialMaker;
  readonly rotations: KeyRotations;
  readonly uses: KeyUses;
  readonly material: KeyMaterial;
  readonly settings: KmsSettings;
  readonly accounts: AccountCopy;
  readonly principalKey: Buffer;
  readonly iamAddress: string;
}

@Module({})
export class KmsModule {
  static of({ dataSource, events, keys, maker, rotations, uses, material, settings, accounts, principalKey, iamAddress }: KmsResources): DynamicModule {
    const access = new KeyAccess(keys);
    const history = new History(events, { service: 'kms', invalidCode: 'KMS.0308' });
    const resources: Provider[] = [
      { provide: History, useValue: history },
      { provide: PastKeys, useValue: new PastKeys(history) },
      { provide: EventSource, useValue: new EventSource(history, KEY_RESOURCES) },
      { provide: DataSource, useValue: dataSource },
      { provide: EventStore, useValue: events },
      { provide: KeyTable, useValue: keys },
      { provide: KeyMaterial, useValue: material },
      { provide: MaterialMaker, useValue: maker },
      { provide: KeyRotations, useValue: rotations },
      { provide: KeyUses, useValue: uses },
      { provide: Envelopes, useValue: new Envelopes(material) },
      { provide: ServiceKeys, useValue: new ServiceKeys(events, keys, material, maker) },
      { provide: KeyAccess, useValue: access },
      { provide: KeyPairs, useValue: new KeyPairs(access, material) },
      { provide: GrantListing, useValue: new GrantListing(keys) },
      { provide: TaggedKeys, useValue: new TaggedKeys(keys) },
      { provide: MaterialImport, useValue: new MaterialImport(events, keys, material, maker) },
      { provide: KmsSettings, useValue: settings },
      { provide: AccountCopy, useValue: accounts },
      { provide: EnterpriseProjects, useFactory: () => new EnterpriseProjects(connect(EnterpriseProjectDirectoryServiceClient, iamAddress)) },
      { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(principalKey)) },
    ];
    const handlers = [CreateKeyHandler, ChangeKeyHandler, CreateDataKeyHandler, EncryptDataKeyHandler, DecryptDataKeyHandler, EncryptDataHandler, DecryptDataHandler, CreateGrantHandler, RetireGrantHandler];
    const controllers = [
      KeyServiceController,
      KeyLifecycleController,
      KeyRotationController,
      DataEncryptionController,
      KeyUseController,
      KeyQuotaController,
      ProjectResourcesController,
      EventSourceController,
      GrantController,
      KeyTagController,
      KeyImportController,
      SigningController,
      PlatformSigningController,
      ServiceKeyController,
    ];
    return { module: KmsModule, imports: [CqrsModule.forRoot()], controllers, providers: [...resources, ...handlers] };
  }
}
