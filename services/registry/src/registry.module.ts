import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountCopy } from '@windlass/accounts';
import { AccountHistoryServiceClient } from '@windlass/contracts/iam/v1/account_history_service';
import { AgencyDirectoryServiceClient } from '@windlass/contracts/iam/v1/agency_directory_service';
import { EnterpriseProjectDirectoryServiceClient } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { ServiceAuthorizationServiceClient } from '@windlass/contracts/iam/v1/service_authorization_service';
import { DataEncryptionServiceClient } from '@windlass/contracts/kms/v1/data_encryption_service';
import { KeyServiceClient } from '@windlass/contracts/kms/v1/key_service';
import { ServiceKeyServiceClient } from '@windlass/contracts/kms/v1/service_key_service';
import { LogServiceClient } from '@windlass/contracts/logs/v1/log_service';
import { openEventBus, type EventBus } from '@windlass/event-bus';
import { EventRelay, EventStore } from '@windlass/event-store';
import { CallContextReader, connect } from '@windlass/grpc';
import { PrincipalSigner, PrincipalVerifier } from '@windlass/principal';
import type { Logger } from '@windlass/telemetry';
import { DataSource } from 'typeorm';
import { AccountFollowing } from './account/account-following.js';
import { Agencies } from './agency/agencies.js';
import { AliasController } from './alias/alias.controller.js';
import { CreateAliasHandler, DeleteAliasHandler, ReplaceAliasHandler } from './alias/change-alias.js';
import { ListAliasesHandler, ShowAliasHandler } from './alias/show-alias.js';
import { ApiGroups } from './api-group/api-groups.js';
import { CatalogController } from './catalog/catalog.controller.js';
import { ListGroupRoutesHandler } from './catalog/list-group-routes.js';
import { Publication } from './catalog/publication.js';
import { publishedEvent } from './catalog/published-events.js';
import { ShowFunctionAliasHandler } from './catalog/show-function-alias.js';
import { ShowFunctionSpecHandler } from './catalog/show-function-spec.js';
import { Clock, SystemClock } from './clock.js';
import { BucketLinks } from './code-package/bucket-links.js';
import { AcceptedPackages } from './code-package/accepted-packages.js';
import { CheckSlots } from './code-package/check-slots.js';
import { openPackageStore } from './code-package/open-package-store.js';
import { HISTORY_LIMITS, PackageHistory } from './code-package/package-history.js';
import { PackageStore } from './code-package/package-store.js';
import { PackageSweep } from './code-package/package-sweep.js';
import { PackageUses } from './code-package/package-uses.js';
import { AllowedKeys } from './customer-key/allowed-keys.js';
import { CustomerKeys } from './customer-key/customer-keys.js';
import { FunctionSeals } from './customer-key/function-seals.js';
import { KeyFunctionController } from './customer-key/key-function.controller.js';
import { ListKeyFunctionsHandler } from './customer-key/list-key-functions.js';
import { ReadSealedCodeHandler } from './customer-key/read-sealed-code.js';
import { SealedVersionController } from './customer-key/sealed-version.controller.js';
import { UnlockVersionHandler } from './customer-key/unlock-version.js';
import { ENTITIES, openDatabase, SCHEMA } from './database/database.js';
import { AttachedDependencies } from './dependency/attached-dependencies.js';
import { CreateDependencyVersionHandler } from './dependency/create-dependency-version.js';
import { DeleteDependencyVersionHandler } from './dependency/delete-dependency-version.js';
import { Dependencies } from './dependency/dependencies.js';
import { DependencyStreams } from './dependency/dependency-streams.js';
import { DependencyController } from './dependency/dependency.controller.js';
import { ListDependenciesHandler, ListDependencyVersionsHandler, ShowDependencyVersionHandler } from './dependency/list-dependencies.js';
import { EnterpriseProjectResourcesController } from './enterprise-project/enterprise-project-resources.controller.js';
import { EnterpriseProjects } from './enterprise-project/enterprise-projects.js';
import { ListResourcesHandler } from './enterprise-project/list-resources.js';
import { MoveFunctionHandler } from './enterprise-project/move-function.js';
import { ChangeMaxInstancesHandler } from './function/change-max-instances.js';
import { CreateFunctionHandler } from './function/create-function.js';
import { DeleteFunctionHandler } from './function/delete-function.js';
import { EnableLtsLogsHandler } from './function/enable-lts-logs.js';
import { FunctionController } from './function/function.controller.js';
import { FunctionLogs } from './function/function-logs.js';
import { LogWriters } from './function/log-writers.js';
import { FunctionLookup } from './function/function-lookup.js';
import { FunctionStreams } from './function/function-streams.js';
import { ListFunctionsHandler } from './function/list-functions.js';
import { ReplaceFunctionCodeHandler } from './function/replace-function-code.js';
import { ReplaceFunctionConfigHandler } from './function/replace-function-config.js';
import { SecretValues } from './function/secret-values.js';
import { ShowFunctionCodeHandler, ShowFunctionHandler, ShowFunctionLogsHandler } from './function/show-function.js';
import { EventSource, EventSourceController, History } from '@windlass/resource-history';
import { PastAccounts } from './history/past-accounts.js';
import { PastFunctions } from './history/past-functions.js';
import { ListPastAliasesHandler, ShowPastAliasHandler } from './history/read-past-aliases.js';
import { ShowPastCodeHandler } from './history/read-past-code.js';
import { ShowPastTagsHandler } from './history/read-past-tags.js';
import { ListPastTestEventsHandler, ShowPastTestEventHandler } from './history/read-past-test-events.js';
import { ListPastVersionsHandler } from './history/read-past-versions.js';
import { ListPastFunctionsHandler, ShowPastFunctionHandler } from './history/read-past-functions.js';
import { ListPastQuotasHandler } from './history/read-past-quotas.js';
import { ListPastProjectTriggersHandler, ListPastTriggersHandler, PastTriggers, ShowPastTriggerHandler } from './history/read-past-triggers.js';
import { registryResources } from './history/registry-resources.js';
import { sealingKey } from './history/sealing-key.js';
import { InvocationController } from './invocation/invocation.controller.js';
import { ResolveInvocationHandler } from './invocation/resolve-invocation.js';
import { ProjectResourcesController } from './project-resources/project-resources.controller.js';
import { PutTagsHandler, RemoveTagsHandler } from './function-tag/change-tags.js';
import { FindTaggedFunctionsHandler } from './function-tag/find-tagged-functions.js';
import { FunctionTagController } from './function-tag/function-tag.controller.js';
import { ShowFunctionTagsHandler, ShowProjectTagsHandler } from './function-tag/show-tags.js';
import { ListQuotasHandler } from './quota/list-quotas.js';
import { Quotas } from './quota/quota-usage.js';
import { Region } from './region.js';
import type { RegistryConfig } from './registry-config.js';
import { InvocationFollowing } from './statistics/invocation-following.js';
import { InvocationTallies } from './statistics/invocation-tallies.js';
import { Statistics } from './statistics/read-statistics.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import { eventTypes, openEvents } from './stored-events.js';
import { ChangeTriggerHandler } from './trigger/change-trigger.js';
import { CreateTestEventHandler, DeleteTestEventHandler, ReplaceTestEventHandler } from './test-event/change-test-event.js';
import { ListTestEventsHandler, ShowTestEventHandler } from './test-event/show-test-event.js';
import { ExportFunctionHandler } from './function-export/export-function.js';
import { FunctionExportController } from './function-export/function-export.controller.js';
import { ImportFunctionHandler } from './function-export/import-function.js';
import { RollBackFunctionHandler } from './rollback/roll-back-function.js';
import { RollbackController } from './rollback/rollback.controller.js';
import { RollbackObstacles } from './rollback/rollback-obstacles.js';
import { TestEventController } from './test-event/test-event.controller.js';
import { CreateTriggerHandler } from './trigger/create-trigger.js';
import { DeleteAllTriggersHandler, DeleteTriggerHandler } from './trigger/delete-trigger.js';
import { GatewayAddress } from './trigger/gateway-address.js';
import { ListProjectTriggersHandler } from './trigger/list-project-triggers.js';
import { ListTriggersHandler, ShowTriggerHandler } from './trigger/show-trigger.js';
import { TriggerController } from './trigger/trigger.controller.js';
import { TriggerStreams } from './trigger/trigger-streams.js';
import { ListVersionsHandler } from './version/list-versions.js';
import { PublishVersionHandler } from './version/publish-version.js';
import { VersionController } from './version/version.controller.js';

// Two packages of up to 50 MB in memory and being checked, and as many waiting as a team may upload at once.
const PACKAGE_CHECKS = { running: 2, waiting: 14 };
const PACKAGE_GRACE_SECONDS = 60 * 60;

const HANDLERS = [
  ShowPastFunctionHandler,
  ListPastFunctionsHandler,
  ShowPastCodeHandler,
  ListPastVersionsHandler,
  ListPastAliasesHandler,
  ShowPastAliasHandler,
  ShowPastTagsHandler,
  ListPastTestEventsHandler,
  ShowPastTestEventHandler,
  ShowPastTriggerHandler,
  ListPastTriggersHandler,
  ListPastProjectTriggersHandler,
  ListPastQuotasHandler,
  CreateFunctionHandler,
  ReplaceFunctionCodeHandler,
  ReplaceFunctionConfigHandler,
  ChangeMaxInstancesHandler,
  DeleteFunctionHandler,
  ListFunctionsHandler,
  ShowFunctionHandler,
  ShowFunctionCodeHandler,
  ShowFunctionLogsHandler,
  EnableLtsLogsHandler,
  ListQuotasHandler,
  PutTagsHandler,
  RemoveTagsHandler,
  ShowFunctionTagsHandler,
  ShowProjectTagsHandler,
  FindTaggedFunctionsHandler,
  CreateTestEventHandler,
  ReplaceTestEventHandler,
  DeleteTestEventHandler,
  ShowTestEventHandler,
  ListTestEventsHandler,
  PublishVersionHandler,
  ListVersionsHandler,
  CreateAliasHandler,
  ReplaceAliasHandler,
  DeleteAliasHandler,
  ShowAliasHandler,
  ListAliasesHandler,
  CreateTriggerHandler,
  ChangeTriggerHandler,
  ListProjectTriggersHandler,
  DeleteTriggerHandler,
  DeleteAllTriggersHandler,
  ShowTriggerHandler,
  ListTriggersHandler,
  ResolveInvocationHandler,
  ShowFunctionSpecHandler,
  ShowFunctionAliasHandler,
  UnlockVersionHandler,
  ReadSealedCodeHandler,
  ListKeyFunctionsHandler,
  ListGroupRoutesHandler,
  ExportFunctionHandler,
  ImportFunctionHandler,
  RollBackFunctionHandler,
  MoveFunctionHandler,
  ListResourcesHandler,
  CreateDependencyVersionHandler,
  DeleteDependencyVersionHandler,
  ListDependenciesHandler,
  ListDependencyVersionsHandler,
  ShowDependencyVersionHandler,
];

const CONTROLLERS = [
  EventSourceController,
  FunctionController,
  VersionController,
  AliasController,
  FunctionTagController,
  TestEventController,
  TriggerController,
  FunctionExportController,
  RollbackController,
  DependencyController,
  InvocationController,
  CatalogController,
  SealedVersionController,
  KeyFunctionController,
  EnterpriseProjectResourcesController,
  ProjectResourcesController,
  StatisticsController,
];

/** The platform's event bus, whichever it is; an interface has no token of its own. */
const EVENT_BUS = Symbol('event bus');

@Module({})
export class RegistryModule {
  static with(config: RegistryConfig, logger: Logger): DynamicModule {
    return {
      module: RegistryModule,
      imports: [
        CqrsModule.forRoot(),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ type: 'postgres', entities: ENTITIES, retryAttempts: 1 }),
          dataSourceFactory: () => openDatabase(config.databaseUrl),
        }),
      ],
      controllers: CONTROLLERS,
      providers: [...HANDLERS, PastFunctions, FunctionLookup, FunctionStreams, ApiGroups, TriggerStreams, RollbackObstacles, Dependencies, DependencyStreams, AttachedDependencies, ...configured(config, logger)],
    };
  }
}

/** What needs a setting, or comes from a library. */
function configured(config: RegistryConfig, logger: Logger): Provider[] {
  return [
    { provide: Clock, useClass: SystemClock },
    { provide: History, inject: [EventStore], useFactory: (store: EventStore) => new History(store, { service: 'registry', invalidCode: 'FSS.1001' }) },
    { provide: PastTriggers, inject: [History, GatewayAddress], useFactory: (history: History, gateway: GatewayAddress) => new PastTriggers(history, gateway) },
    {
      provide: PastAccounts,
      useFactory: () => new PastAccounts(connect(AccountHistoryServiceClient, config.iamAddress), new PrincipalSigner(config.principalKey)),
    },
    { provide: EventSource, inject: [History, GatewayAddress], useFactory: (history: History, gateway: GatewayAddress) => new EventSource(history, registryResources(gateway), sealingKey(config.secretsKey)) },
    { provide: Region, useValue: new Region(config.region) },
    { provide: GatewayAddress, useValue: new GatewayAddress(config.gatewayUrl, config.region) },
    { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(config.principalKey)) },
    { provide: SecretValues, useValue: new SecretValues(config.secretsKey) },
    { provide: EVENT_BUS, useFactory: () => openEventBus({ databaseUrl: config.busUrl ?? config.databaseUrl, kafka: config.kafka, publisher: 'registry', logger }) },
    { provide: AccountCopy, useValue: accountsOf(config) },
    { provide: Quotas, inject: [AccountCopy], useFactory: (accounts: AccountCopy) => new Quotas(accounts, SCHEMA) },
    { provide: Agencies, useFactory: () => new Agencies(connect(AgencyDirectoryServiceClient, config.iamAddress)) },
    { provide: AllowedKeys, useFactory: () => new AllowedKeys(connect(ServiceAuthorizationServiceClient, config.iamAddress)) },
    {
      provide: CustomerKeys,
      inject: [AllowedKeys],
      useFactory: (allowed: AllowedKeys) => {
        const kms = {
          keys: connect(KeyServiceClient, config.kmsAddress),
          data: connect(DataEncryptionServiceClient, config.kmsAddress),
          serviceKeys: connect(ServiceKeyServiceClient, config.kmsAddress),
        };
        return new CustomerKeys(allowed, kms, new PrincipalSigner(config.principalKey));
      },
    },
    {
      provide: FunctionSeals,
      inject: [CustomerKeys, SecretValues, PackageStore],
      useFactory: (keys: CustomerKeys, secrets: SecretValues, packages: PackageStore) => new FunctionSeals(keys, secrets, packages),
    },
    { provide: EnterpriseProjects, useFactory: () => new EnterpriseProjects(connect(EnterpriseProjectDirectoryServiceClient, config.iamAddress)) },
    {
      provide: AccountFollowing,
      inject: [EVENT_BUS, DataSource, AccountCopy],
      useFactory: (bus: EventBus, dataSource: DataSource, copy: AccountCopy) => new AccountFollowing(bus, dataSource, copy),
    },
    { provide: Statistics, inject: [DataSource], useFactory: (dataSource: DataSource) => new Statistics(dataSource) },
    {
      provide: InvocationFollowing,
      inject: [EVENT_BUS, DataSource],
      useFactory: (bus: EventBus, dataSource: DataSource) => new InvocationFollowing(bus, new InvocationTallies(dataSource), logger),
    },
    { provide: PackageUses, useValue: packageUses() },
    { provide: PackageHistory, useValue: packageHistory(config) },
    { provide: PackageStore, useValue: openPackageStore(config.packages) },
    { provide: LogWriters, useFactory: () => new LogWriters(connect(ServiceAuthorizationServiceClient, config.iamAddress)) },
    {
      provide: FunctionLogs,
      inject: [LogWriters],
      useFactory: (writers: LogWriters) => new FunctionLogs(connect(LogServiceClient, config.logsAddress), new PrincipalSigner(config.principalKey), writers),
    },
    { provide: EventStore, inject: [DataSource], useFactory: (dataSource: DataSource) => openEvents(dataSource) },
    {
      provide: AcceptedPackages,
      inject: [PackageStore, PackageUses, DataSource],
      useFactory: (store: PackageStore, uses: PackageUses, dataSource: DataSource) => {
        const slots = new CheckSlots(PACKAGE_CHECKS.running, PACKAGE_CHECKS.waiting);
        return new AcceptedPackages(store, slots, new BucketLinks(config.codeUrlEndpoints ?? []), (digest) => uses.touch(dataSource.manager, [digest]));
      },
    },
    {
      provide: PackageSweep,
      inject: [DataSource, PackageStore, PackageUses, PackageHistory],
      useFactory: (dataSource: DataSource, store: PackageStore, uses: PackageUses, history: PackageHistory) => new PackageSweep(dataSource, store, uses, history, logger),
    },
    {
      provide: Publication,
      inject: [EVENT_BUS, DataSource],
      useFactory: (bus: EventBus, dataSource: DataSource) =>
        new Publication(bus, new EventRelay({ dataSource, schema: SCHEMA, bus, translate: publishedEvent, logger, eventTypes })),
    },
  ];
}

function accountsOf(config: RegistryConfig): AccountCopy {
  return new AccountCopy(SCHEMA, { fgs_func_num: config.functionQuota, fgs_func_code_size: config.codeSizeQuotaMb });
}

export function packageUses(): PackageUses {
  return new PackageUses(SCHEMA, PACKAGE_GRACE_SECONDS);
}

export function packageHistory(config: Pick<RegistryConfig, 'packageHistory'>): PackageHistory {
  return new PackageHistory(SCHEMA, { ...HISTORY_LIMITS, ...config.packageHistory });
}
