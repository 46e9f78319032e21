import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AliasServiceService } from '@windlass/contracts/registry/v1/alias_service';
import { EventSourceServiceService } from '@windlass/contracts/history/v1/event_source_service';
import { FunctionTagServiceService } from '@windlass/contracts/registry/v1/function_tag_service';
import { TestEventServiceService } from '@windlass/contracts/registry/v1/test_event_service';
import { CatalogServiceService } from '@windlass/contracts/registry/v1/catalog_service';
import { EnterpriseProjectResourceServiceService } from '@windlass/contracts/registry/v1/enterprise_project_resources';
import { FunctionServiceService } from '@windlass/contracts/registry/v1/function_service';
import { InvocationServiceService } from '@windlass/contracts/registry/v1/invocation_service';
import { ProjectResourceServiceService } from '@windlass/contracts/registry/v1/project_resources';
import { DependencyServiceService } from '@windlass/contracts/registry/v1/dependency_service';
import { FunctionExportServiceService } from '@windlass/contracts/registry/v1/function_export_service';
import { RollbackServiceService } from '@windlass/contracts/registry/v1/rollback_service';
import { KeyFunctionServiceService } from '@windlass/contracts/registry/v1/key_function_service';
import { SealedVersionServiceService } from '@windlass/contracts/registry/v1/sealed_version_service';
import { StatisticsServiceService } from '@windlass/contracts/registry/v1/statistics_service';
import { TriggerServiceService } from '@windlass/contracts/registry/v1/trigger_service';
import { VersionServiceService } from '@windlass/contracts/registry/v1/version_service';
import { AccountCopy, rebuildAccountsOf } from '@windlass/accounts';
import { GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import { createLogger, type Logger } from '@windlass/telemetry';
import { openDatabase, SCHEMA } from './database/database.js';
import { rebuildReadModels } from './database/rebuild-read-models.js';
import { Quotas } from './quota/quota-usage.js';
import type { RegistryConfig } from './registry-config.js';
import { packageHistory, packageUses, RegistryModule } from './registry.module.js';
import { openEvents } from './stored-events.js';

/** Starts the service and resolves when it accepts calls. */
export async function startRegistry(config: RegistryConfig): Promise<RunningService> {
  const logger = config.logger ?? createLogger('registry');
  const transport = grpcServer({
    address: config.grpcAddress,
    services: {
      'windlass.history.v1.EventSourceService': EventSourceServiceService,
      'windlass.registry.v1.FunctionService': FunctionServiceService,
      'windlass.registry.v1.StatisticsService': StatisticsServiceService,
      'windlass.registry.v1.VersionService': VersionServiceService,
      'windlass.registry.v1.AliasService': AliasServiceService,
      'windlass.registry.v1.FunctionTagService': FunctionTagServiceService,
      'windlass.registry.v1.TestEventService': TestEventServiceService,
      'windlass.registry.v1.TriggerService': TriggerServiceService,
      'windlass.registry.v1.FunctionExportService': FunctionExportServiceService,
      'windlass.registry.v1.DependencyService': DependencyServiceService,
      'windlass.registry.v1.RollbackService': RollbackServiceService,
      'windlass.registry.v1.InvocationService': InvocationServiceService,
      'windlass.registry.v1.CatalogService': CatalogServiceService,
      'windlass.registry.v1.KeyFunctionService': KeyFunctionServiceService,
      'windlass.registry.v1.SealedVersionService': SealedVersionServiceService,
      'windlass.registry.v1.EnterpriseProjectResourceService': EnterpriseProjectResourceServiceService,
      'windlass.registry.v1.ProjectResourceService': ProjectResourceServiceService,
    },
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(RegistryModule.with(config, logger), {
    ...transport,
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new GrpcErrorFilter(logger));
  try {
    await listen(app, config.grpcAddress);
  } catch (error) {
    await app.close();
    throw error;
  }
  logger.info({ address: config.grpcAddress }, 'the registry accepts calls');
  return { close: () => app.close() };
}

/** Makes the read models anew from the events; commands wait meanwhile. Answers how many events there were. */
export async function rebuildRegistry(config: Pick<RegistryConfig, 'databaseUrl'>): Promise<number> {
  const dataSource = await openDatabase(config.databaseUrl);
  try {
    return await rebuildReadModels(openEvents(dataSource), new Quotas(new AccountCopy(SCHEMA), SCHEMA), packageUses(), packageHistory({}));
  } finally {
    await dataSource.destroy();
  }
}

/** Makes the copy of accounts anew from all that iam has published. The registry must not run. */
export async function rebuildRegistryAccounts(config: Pick<RegistryConfig, 'databaseUrl' | 'busUrl' | 'kafka'> & { readonly logger: Logger }): Promise<void> {
  const dataSource = await openDatabase(config.databaseUrl);
  try {
    await rebuildAccountsOf(SCHEMA, dataSource, config);
  } finally {
    await dataSource.destroy();
  }
}
