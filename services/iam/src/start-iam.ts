import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AccountAdminServiceService } from '@windlass/contracts/iam/v1/account_admin_service';
import { AccountHistoryServiceService } from '@windlass/contracts/iam/v1/account_history_service';
import { AccountServiceService } from '@windlass/contracts/iam/v1/account_service';
import { AgencyDirectoryServiceService } from '@windlass/contracts/iam/v1/agency_directory_service';
import { AuthenticationServiceService } from '@windlass/contracts/iam/v1/authentication_service';
import { AuthorizationServiceService } from '@windlass/contracts/iam/v1/authorization_service';
import { GrantServiceService } from '@windlass/contracts/iam/v1/grant_service';
import { EnterpriseProjectDirectoryServiceService, EnterpriseProjectServiceService } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { ProjectServiceService } from '@windlass/contracts/iam/v1/project_service';
import { RoleServiceService } from '@windlass/contracts/iam/v1/role_service';
import { IsolationServiceService } from '@windlass/contracts/iam/v1/isolation_service';
import { QuotaServiceService } from '@windlass/contracts/iam/v1/quota_service';
import { ServiceAuthorizationServiceService } from '@windlass/contracts/iam/v1/service_authorization_service';
import { SignUpServiceService } from '@windlass/contracts/iam/v1/sign_up_service';
import { TokenServiceService } from '@windlass/contracts/iam/v1/token_service';
import { AccessKeyServiceService } from '@windlass/contracts/iam/v1/access_key_service';
import { AgencyServiceService } from '@windlass/contracts/iam/v1/agency_service';
import { CatalogServiceService } from '@windlass/contracts/iam/v1/catalog_service';
import { GroupServiceService } from '@windlass/contracts/iam/v1/group_service';
import { TemporaryCredentialServiceService } from '@windlass/contracts/iam/v1/temporary_credential_service';
import { UserServiceService } from '@windlass/contracts/iam/v1/user_service';
import { EventOperationServiceService } from '@windlass/contracts/iam/v1/event_operation_service';
import { EventSourceServiceService } from '@windlass/contracts/history/v1/event_source_service';
import { openEventBus } from '@windlass/event-bus';
import { EventRelay } from '@windlass/event-store';
import { closeAll, GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import { createLogger } from '@windlass/telemetry';
import { publishAccount } from './account/index.js';
import type { IamConfig } from './config.js';
import { openDatabase, SCHEMA } from './database/open-database.js';
import { IamModule } from './iam.module.js';
import { eventTypes, openEvents } from './stored-events.js';

const services = {
  'windlass.iam.v1.AccountHistoryService': AccountHistoryServiceService,
  'windlass.iam.v1.AccountService': AccountServiceService,
  'windlass.iam.v1.AgencyDirectoryService': AgencyDirectoryServiceService,
  'windlass.iam.v1.AuthenticationService': AuthenticationServiceService,
  'windlass.iam.v1.AuthorizationService': AuthorizationServiceService,
  'windlass.iam.v1.GrantService': GrantServiceService,
  'windlass.iam.v1.ProjectService': ProjectServiceService,
  'windlass.iam.v1.RoleService': RoleServiceService,
  'windlass.iam.v1.TokenService': TokenServiceService,
  'windlass.iam.v1.ServiceAuthorizationService': ServiceAuthorizationServiceService,
  'windlass.iam.v1.SignUpService': SignUpServiceService,
  'windlass.iam.v1.AccountAdminService': AccountAdminServiceService,
  'windlass.iam.v1.EnterpriseProjectService': EnterpriseProjectServiceService,
  'windlass.iam.v1.EnterpriseProjectDirectoryService': EnterpriseProjectDirectoryServiceService,
  'windlass.iam.v1.IsolationService': IsolationServiceService,
  'windlass.iam.v1.QuotaService': QuotaServiceService,
  'windlass.iam.v1.AccessKeyService': AccessKeyServiceService,
  'windlass.iam.v1.AgencyService': AgencyServiceService,
  'windlass.iam.v1.CatalogService': CatalogServiceService,
  'windlass.iam.v1.GroupService': GroupServiceService,
  'windlass.iam.v1.TemporaryCredentialService': TemporaryCredentialServiceService,
  'windlass.iam.v1.UserService': UserServiceService,
  'windlass.iam.v1.EventOperationService': EventOperationServiceService,
  'windlass.history.v1.EventSourceService': EventSourceServiceService,
};

/** Starts the service: schema up to date, events relayed, calls answered. What was started is closed again when a later step fails. */
export async function startIam(config: IamConfig): Promise<RunningService> {
  const logger = config.logger ?? createLogger('iam');
  const started: RunningService[] = [];
  try {
    const dataSource = await openDatabase(config.databaseUrl);
    started.push({ close: () => dataSource.destroy() });
    const bus = await openEventBus({ databaseUrl: config.busUrl ?? config.databaseUrl, kafka: config.kafka, publisher: 'iam', logger });
    started.push(bus);
    const relay = new EventRelay({ dataSource, schema: SCHEMA, bus, translate: publishAccount, logger, eventTypes });
    relay.start();
    started.push({ close: () => relay.stop() });

    const store = openEvents(dataSource);
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(IamModule.with(config, store, bus, logger), {
      ...grpcServer({ address: config.grpcAddress, services: services as never }),
      logger: false,
      abortOnError: false,
    });
    app.useGlobalFilters(new GrpcErrorFilter(logger));
    started.push({ close: () => app.close() });
    await listen(app, config.grpcAddress);
    logger.info({ address: config.grpcAddress }, 'iam is ready');
  } catch (error) {
    await closeAll(started);
    throw error;
  }
  return { close: () => closeAll(started) };
}
