import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AccountCopy, followAccounts } from '@windlass/accounts';
import { EventSourceServiceService } from '@windlass/contracts/history/v1/event_source_service';
import { DataEncryptionServiceService } from '@windlass/contracts/kms/v1/data_encryption_service';
import { GrantServiceService } from '@windlass/contracts/kms/v1/grant_service';
import { KeyImportServiceService } from '@windlass/contracts/kms/v1/key_import_service';
import { KeyLifecycleServiceService } from '@windlass/contracts/kms/v1/key_lifecycle_service';
import { KeyQuotaServiceService } from '@windlass/contracts/kms/v1/key_quota_service';
import { KeyRotationServiceService } from '@windlass/contracts/kms/v1/key_rotation_service';
import { KeyServiceService } from '@windlass/contracts/kms/v1/key_service';
import { KeyTagServiceService } from '@windlass/contracts/kms/v1/key_tag_service';
import { KeyUseServiceService } from '@windlass/contracts/kms/v1/key_use_service';
import { PlatformSigningServiceService } from '@windlass/contracts/kms/v1/platform_signing_service';
import { ProjectResourceServiceService } from '@windlass/contracts/kms/v1/project_resources';
import { ServiceKeyServiceService } from '@windlass/contracts/kms/v1/service_key_service';
import { SigningServiceService } from '@windlass/contracts/kms/v1/signing_service';
import { openEventBus, type KafkaAddress } from '@windlass/event-bus';
import { EventRelay } from '@windlass/event-store';
import { closeAll, GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import { createLogger, type Logger } from '@windlass/telemetry';
import { openDatabase } from './database.js';
import { KeyMaterial, KeyRotations, KeyTable, KeyUpkeep, MaterialMaker, publishKey } from './key/index.js';
import { KmsModule } from './kms.module.js';
import { KmsSettings } from './settings.js';
import { eventTypes, openEvents } from './stored-events.js';
import { KeyUses, UseRetention } from './use/index.js';

const services = {
  'windlass.history.v1.EventSourceService': EventSourceServiceService,
  'windlass.kms.v1.KeyService': KeyServiceService,
  'windlass.kms.v1.KeyLifecycleService': KeyLifecycleServiceService,
  'windlass.kms.v1.KeyRotationService': KeyRotationServiceService,
  'windlass.kms.v1.DataEncryptionService': DataEncryptionServiceService,
  'windlass.kms.v1.GrantService': GrantServiceService,
  'windlass.kms.v1.KeyTagService': KeyTagServiceService,
  'windlass.kms.v1.KeyImportService': KeyImportServiceService,
  'windlass.kms.v1.KeyUseService': KeyUseServiceService,
  'windlass.kms.v1.KeyQuotaService': KeyQuotaServiceService,
  'windlass.kms.v1.ProjectResourceService': ProjectResourceServiceService,
  'windlass.kms.v1.ServiceKeyService': ServiceKeyServiceService,
  'windlass.kms.v1.SigningService': SigningServiceService,
  'windlass.kms.v1.PlatformSigningService': PlatformSigningServiceService,
};

export interface KmsConfig {
  /** Where the service listens: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  readonly databaseUrl: string;
  /** The database of the event bus; the service's own unless told. */
  readonly busUrl?: string;
  /** The event bus, where it is Kafka. */
  readonly kafka?: KafkaAddress;
  /** iam, which keeps the enterprise projects. */
  readonly iamAddress: string;
  /** Signs the callers that the edge names: 32 bytes. */
  readonly principalKey: Buffer;
  /** Wraps every key's material: 32 bytes, kept outside the database. Lost, every key is lost; changed, the service refuses to start. */
  readonly rootKey: Buffer;
  /** Answered as the realm of keys. */
  readonly region: string;
  /** What every account has unless an operator sets its quota; 100 by default. */
  readonly keysPerAccount?: number;
  /** How long uses of keys are remembered; 365 by default. */
  readonly useRetentionDays?: number;
  readonly logger?: Logger;
}

/** Starts the key service: its database and its gRPC server. */
export async function startKms(config: KmsConfig): Promise<RunningService> {
  const logger = config.logger ?? createLogger('kms');
  const opened: RunningService[] = [];
  try {
    const dataSource = await openDatabase(config.databaseUrl);
    opened.push({ close: () => dataSource.destroy() });
    const material = new KeyMaterial(dataSource, config.rootKey);
    await material.requireSameRootKey();

    const bus = await openEventBus({ databaseUrl: config.busUrl ?? config.databaseUrl, kafka: config.kafka, publisher: 'kms', logger });
    opened.push(bus);
    const accounts = new AccountCopy('kms', { CMK: config.keysPerAccount });
    const following = await followAccounts({ bus, dataSource, copy: accounts, group: 'kms.accounts' });
    opened.push({ close: () => following.stop() });

    const relay = new EventRelay({ dataSource, schema: 'kms', bus, translate: publishKey, logger, eventTypes });
    relay.start();
    opened.push({ close: () => relay.stop() });

    const events = openEvents(dataSource);
    const keys = new KeyTable(dataSource);
    const maker = new MaterialMaker();
    const rotations = new KeyRotations(events, keys, material, maker);
    const uses = new KeyUses(dataSource);
    for (const upkeep of [new KeyUpkeep(events, keys, material, rotations, logger), new UseRetention(uses, config.useRetentionDays ?? 365, logger)]) {
      upkeep.start();
      opened.push({ close: () => upkeep.stop() });
    }

    const resources = { dataSource, events, keys, maker, rotations, uses, material, settings: new KmsSettings(config.region), accounts, principalKey: config.principalKey, iamAddress: config.iamAddress };
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(KmsModule.of(resources), {
      ...grpcServer({ address: config.grpcAddress, services: services as never }),
      logger: false,
      abortOnError: false,
    });
    opened.push(app);
    app.useGlobalFilters(new GrpcErrorFilter(logger));
    await listen(app, config.grpcAddress);
    logger.info({ address: config.grpcAddress }, 'the key service is ready');
    return { close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}
