import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountCopy } from '@windlass/accounts';
import { EventStore } from '@windlass/event-store';
import { CallContextReader } from '@windlass/grpc';
import { PrincipalVerifier } from '@windlass/principal';
import { CreateDataKeyHandler, DecryptDataKeyHandler } from './data-key/index.js';
import { KeyQuotaController } from './key-quota/key-quota.controller.js';
import { KeyServiceController } from './key-service.controller.js';
import { ChangeKeyStateHandler, CreateKeyHandler, KeyMaterial, KeyTable } from './key/index.js';
import { KmsSettings } from './settings.js';

/** What is opened before the module, and closed after it. */
export interface KmsResources {
  readonly dataSource: DataSource;
  readonly material: KeyMaterial;
  readonly settings: KmsSettings;
  readonly accounts: AccountCopy;
  readonly principalKey: Buffer;
}

@Module({})
export class KmsModule {
  static of({ dataSource, material, settings, accounts, principalKey }: KmsResources): DynamicModule {
    const resources: Provider[] = [
      { provide: DataSource, useValue: dataSource },
      { provide: EventStore, useValue: new EventStore(dataSource, { schema: 'kms' }) },
      { provide: KeyTable, useValue: new KeyTable(dataSource) },
      { provide: KeyMaterial, useValue: material },
      { provide: KmsSettings, useValue: settings },
      { provide: AccountCopy, useValue: accounts },
      { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(principalKey)) },
    ];
    const handlers = [CreateKeyHandler, ChangeKeyStateHandler, CreateDataKeyHandler, DecryptDataKeyHandler];
    return { module: KmsModule, imports: [CqrsModule.forRoot()], controllers: [KeyServiceController, KeyQuotaController], providers: [...resources, ...handlers] };
  }
}
