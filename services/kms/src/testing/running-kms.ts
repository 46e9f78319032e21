import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  EnterpriseProjectDirectoryServiceService,
  type ShowEnterpriseProjectStateRequest,
  type ShowEnterpriseProjectStateResponse,
} from '@windlass/contracts/iam/v1/enterprise_project_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { DataEncryptionServiceClient } from '@windlass/contracts/kms/v1/data_encryption_service';
import { GrantServiceClient } from '@windlass/contracts/kms/v1/grant_service';
import { KeyImportServiceClient } from '@windlass/contracts/kms/v1/key_import_service';
import { KeyLifecycleServiceClient } from '@windlass/contracts/kms/v1/key_lifecycle_service';
import { KeyQuotaServiceClient } from '@windlass/contracts/kms/v1/key_quota_service';
import { CreateDatakeyRequest, CreateKeyRequest, DecryptDatakeyRequest, KeyServiceClient, ListKeysRequest } from '@windlass/contracts/kms/v1/key_service';
import { KeyRotationServiceClient } from '@windlass/contracts/kms/v1/key_rotation_service';
import { KeyTagServiceClient } from '@windlass/contracts/kms/v1/key_tag_service';
import { KeyUseServiceClient } from '@windlass/contracts/kms/v1/key_use_service';
import { PlatformSigningServiceClient } from '@windlass/contracts/kms/v1/platform_signing_service';
import { ProjectResourceServiceClient } from '@windlass/contracts/kms/v1/project_resources';
import { SigningServiceClient } from '@windlass/contracts/kms/v1/signing_service';
import { startTemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus } from '@windlass/event-bus';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database.js';
import { KeyMaterial, KeyRotations, KeyTable, KeyUpkeep, MaterialMaker } from '../key/index.js';
import { openEvents } from '../stored-events.js';
import { startKms, type KmsConfig } from '../start-kms.js';

export type RunningKms = Awaited<ReturnType<typeof runKms>>;

const principalKey = Buffer.alloc(32, 5);
const signer = new PrincipalSigner(principalKey);

/** The key service for tests: as it is started in a deployment, with PostgreSQL and the other side of iam's contract. */
export async function runKms(settings: Partial<KmsConfig> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-kms-'));
  const logged: string[] = [];
  const closers: (() => Promise<unknown> | void)[] = [() => rmSync(directory, { recursive: true })];
  /** States of enterprise projects that iam knows, by account and id. */
  const states = new Map<string, string>();
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const postgres = await startTemporaryPostgres();
    closers.push(() => postgres.stop());
    const databaseUrl = postgres.connectionString(postgres.database);
    const logger = createLogger('kms', { level: 'debug', destination: { write: (line) => void logged.push(line) } });
    const iamAddress = `unix:${join(directory, 'iam.sock')}`;
    const iam = await startIam(iamAddress, states);
    closers.push(() => iam.forceShutdown());
    const config: KmsConfig = {
      iamAddress,
      grpcAddress: `unix:${join(directory, 'kms.sock')}`,
      databaseUrl,
      principalKey,
      rootKey: Buffer.alloc(32, 6),
      region: 'local-1',
      keysPerAccount: 5,
      logger,
      ...settings,
    };
    const service: RunningService = await startKms(config);
    closers.push(() => service.close());
    const dataSource = await openDatabase(databaseUrl);
    closers.push(() => dataSource.destroy());
    const bus = await PostgresEventBus.open({ connectionString: databaseUrl, logger });
    closers.push(() => bus.close());
    const open = {
      keys: connect(KeyServiceClient, config.grpcAddress),
      lifecycle: connect(KeyLifecycleServiceClient, config.grpcAddress),
      rotation: connect(KeyRotationServiceClient, config.grpcAddress),
      data: connect(DataEncryptionServiceClient, config.grpcAddress),
      grants: connect(GrantServiceClient, config.grpcAddress),
      tags: connect(KeyTagServiceClient, config.grpcAddress),
      imports: connect(KeyImportServiceClient, config.grpcAddress),
      uses: connect(KeyUseServiceClient, config.grpcAddress),
      quotas: connect(KeyQuotaServiceClient, config.grpcAddress),
      resources: connect(ProjectResourceServiceClient, config.grpcAddress),
      signing: connect(SigningServiceClient, config.grpcAddress),
      platform: connect(PlatformSigningServiceClient, config.grpcAddress),
    };
    closers.push(() => Object.values(open).forEach((client) => client.close()));
    /** What the service does by the clock, as of a later time. */
    const upkeep = (now: Date): KeyUpkeep => {
      const [events, keys, material] = [openEvents(dataSource), new KeyTable(dataSource), new KeyMaterial(dataSource, config.rootKey)];
      return new KeyUpkeep(events, keys, material, new KeyRotations(events, keys, material, new MaterialMaker()), logger, () => now);
    };
    return { upkeep, directory, config, dataSource, bus, logged, states, close, ...open, tenant: (fields: Partial<Principal> = {}) => tenant(open, fields) };
  } catch (error) {
    await close();
    throw error;
  }
}

interface TenantApis {
  readonly keys: Remote<KeyServiceClient>;
  readonly lifecycle: Remote<KeyLifecycleServiceClient>;
  readonly rotation: Remote<KeyRotationServiceClient>;
}

/** A caller of an account and project of its own. */
function tenant({ keys, lifecycle, rotation }: TenantApis, fields: Partial<Principal>) {
  const principal = Principal.fromPartial({ domain_id: randomUUID(), project_id: randomUUID(), user_id: 'u1', all_enterprise_projects: true, ...fields });
  const { domain_id, project_id } = principal;
  const as = () => {
    const metadata = new Metadata();
    signer.attach(metadata, principal, { requestId: 'r1' });
    return { metadata };
  };
  const ofKey = (key_id: string) => ({ project_id, key_id, sequence: '' });
  return {
    domain_id,
    project_id,
    as,
    ofKey,
    create: async (request: Partial<CreateKeyRequest> = {}) =>
      (await keys.createKey(CreateKeyRequest.fromPartial({ project_id, key_alias: 'orders', ...request }), as())).key_info?.key_id ?? '',
    describe: async (key_id: string) => (await keys.describeKey(ofKey(key_id), as())).key_info,
    list: (request: Partial<ListKeysRequest> = {}) => keys.listKeys(ListKeysRequest.fromPartial({ project_id, ...request }), as()),
    enable: (key_id: string) => keys.enableKey(ofKey(key_id), as()),
    disable: (key_id: string) => keys.disableKey(ofKey(key_id), as()),
    schedule: (key_id: string, pending_days = '7') => lifecycle.scheduleKeyDeletion({ ...ofKey(key_id), pending_days }, as()),
    cancel: (key_id: string) => lifecycle.cancelKeyDeletion(ofKey(key_id), as()),
    rename: (key_id: string, key_alias: string) => lifecycle.updateKeyAlias({ ...ofKey(key_id), key_alias }, as()),
    describeAs: (key_id: string, key_description: string) => lifecycle.updateKeyDescription({ ...ofKey(key_id), key_description }, as()),
    rotate: (key_id: string) => rotation.rotateKey({ project_id, key_id }, as()),
    rotateByItself: (key_id: string) => rotation.enableKeyRotation(ofKey(key_id), as()),
    dataKey: (key_id: string, request: Partial<CreateDatakeyRequest> = {}) => keys.createDatakey(CreateDatakeyRequest.fromPartial({ project_id, key_id, ...request }), as()),
    decrypt: (key_id: string, cipher_text: string, request: Partial<DecryptDatakeyRequest> = {}) =>
      keys.decryptDatakey(DecryptDatakeyRequest.fromPartial({ project_id, key_id, cipher_text, ...request }), as()),
  };
}

/** The other side of iam's contract, as far as keys need it: a real gRPC server. */
async function startIam(address: string, states: ReadonlyMap<string, string>): Promise<Server> {
  const server = new Server();
  const { showEnterpriseProjectState } = EnterpriseProjectDirectoryServiceService;
  server.addService({ showEnterpriseProjectState } as never, {
    showEnterpriseProjectState: (
      { request }: ServerUnaryCall<ShowEnterpriseProjectStateRequest, ShowEnterpriseProjectStateResponse>,
      done: sendUnaryData<ShowEnterpriseProjectStateResponse>,
    ) => done(null, { state: states.get(`${request.domain_id}/${request.enterprise_project_id}`) ?? 'absent' }),
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
  });
  return server;
}
