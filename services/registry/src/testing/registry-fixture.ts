import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { AliasServiceClient } from '@windlass/contracts/registry/v1/alias_service';
import { DependencyServiceClient } from '@windlass/contracts/registry/v1/dependency_service';
import { FunctionTagServiceClient } from '@windlass/contracts/registry/v1/function_tag_service';
import { TestEventServiceClient } from '@windlass/contracts/registry/v1/test_event_service';
import { CatalogServiceClient } from '@windlass/contracts/registry/v1/catalog_service';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import { CreateFunctionRequest, FunctionServiceClient } from '@windlass/contracts/registry/v1/function_service';
import { InvocationServiceClient } from '@windlass/contracts/registry/v1/invocation_service';
import { FunctionExportServiceClient } from '@windlass/contracts/registry/v1/function_export_service';
import { RollbackServiceClient } from '@windlass/contracts/registry/v1/rollback_service';
import { StatisticsServiceClient } from '@windlass/contracts/registry/v1/statistics_service';
import { TriggerServiceClient } from '@windlass/contracts/registry/v1/trigger_service';
import { KeyFunctionServiceClient } from '@windlass/contracts/registry/v1/key_function_service';
import { SealedVersionServiceClient } from '@windlass/contracts/registry/v1/sealed_version_service';
import { VersionServiceClient } from '@windlass/contracts/registry/v1/version_service';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { startRegistry, type RegistryConfig } from '../index.js';
import { bootstrap, handmadeZip } from '../code-package/testing/handmade-zip.js';
import { startIamPeer, type IamPeer } from './iam-peer.js';
import { KmsPeer } from './kms-peer.js';
import { startLogServicePeer, type LogServicePeer } from './log-service-peer.js';

/** Someone who calls, with the metadata of a call the edge has signed. */
export interface Tenant {
  readonly principal: Principal;
  readonly project: string;
  metadata(): { metadata: Metadata };
}

/** The registry as it runs: over gRPC, with a PostgreSQL and a log service of its own. */
export class RegistryFixture {
  private constructor(
    readonly postgres: TemporaryPostgres,
    readonly directory: string,
    readonly config: RegistryConfig,
    readonly logs: LogServicePeer,
    readonly iam: IamPeer,
    readonly kms: KmsPeer,
    private service: RunningService,
    readonly functions: Remote<FunctionServiceClient>,
    readonly versions: Remote<VersionServiceClient>,
    readonly aliases: Remote<AliasServiceClient>,
    readonly tags: Remote<FunctionTagServiceClient>,
    readonly testEvents: Remote<TestEventServiceClient>,
    readonly triggers: Remote<TriggerServiceClient>,
    readonly exports: Remote<FunctionExportServiceClient>,
    readonly rollbacks: Remote<RollbackServiceClient>,
    readonly dependencies: Remote<DependencyServiceClient>,
    readonly invocations: Remote<InvocationServiceClient>,
    readonly catalog: Remote<CatalogServiceClient>,
    readonly sealed: Remote<SealedVersionServiceClient>,
    readonly statistics: Remote<StatisticsServiceClient>,
    readonly keyFunctions: Remote<KeyFunctionServiceClient>,
    readonly logLines: string[],
  ) {}

  static async start(change: Partial<RegistryConfig> = {}): Promise<RegistryFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'windlass-registry-'));
    const postgres = await startTemporaryPostgres();
    const address = `unix:${join(directory, 'registry.sock')}`;
    const logsAddress = `unix:${join(directory, 'logs.sock')}`;
    const principalKey = randomBytes(32);
    const logLines: string[] = [];
    const config: RegistryConfig = {
      grpcAddress: address,
      databaseUrl: postgres.connectionString(postgres.database),
      region: 'local-1',
      principalKey,
      secretsKey: randomBytes(32),
      packages: { directory: join(directory, 'packages') },
      logsAddress,
      iamAddress: `unix:${join(directory, 'iam.sock')}`,
      kmsAddress: `unix:${join(directory, 'kms.sock')}`,
      gatewayUrl: { scheme: 'http', host: '127.0.0.1', port: 7480 },
      logger: createLogger('registry', { destination: { write: (line) => void logLines.push(line) } }),
      ...change,
    };
    const logs = await startLogServicePeer(logsAddress, principalKey);
    const iam = await startIamPeer(config.iamAddress);
    const kms = new KmsPeer(principalKey);
    await kms.listen(config.kmsAddress);
    const service = await startRegistry(config);
    return new RegistryFixture(
      postgres,
      directory,
      config,
      logs,
      iam,
      kms,
      service,
      connect(FunctionServiceClient, address),
      connect(VersionServiceClient, address),
      connect(AliasServiceClient, address),
      connect(FunctionTagServiceClient, address),
      connect(TestEventServiceClient, address),
      connect(TriggerServiceClient, address),
      connect(FunctionExportServiceClient, address),
      connect(RollbackServiceClient, address),
      connect(DependencyServiceClient, address),
      connect(InvocationServiceClient, address),
      connect(CatalogServiceClient, address),
      connect(SealedVersionServiceClient, address),
      connect(StatisticsServiceClient, address),
      connect(KeyFunctionServiceClient, address),
      logLines,
    );
  }

  async restart(change: Partial<RegistryConfig> = {}): Promise<void> {
    await this.service.close();
    this.service = await startRegistry({ ...this.config, ...change });
  }

  async stop(): Promise<void> {
    for (const remote of [this.functions, this.versions, this.aliases, this.tags, this.testEvents, this.triggers, this.exports, this.rollbacks, this.dependencies, this.invocations, this.catalog, this.sealed, this.statistics, this.keyFunctions]) remote.close();
    await this.service.close();
    this.logs.close();
    this.iam.close();
    this.kms.close();
    await this.postgres.stop();
    await rm(this.directory, { recursive: true });
  }

  /** Someone whose permissions reach all enterprise projects, or only those named. */
  tenant(domain: string = randomUUID().replaceAll('-', ''), reach: readonly string[] | 'all' = 'all', projectId?: string): Tenant {
    const project = projectId ?? randomUUID().replaceAll('-', '');
    const names = { domain_name: 'acme', user_name: 'ann', project_name: 'local-1' };
    const principal = Principal.fromPartial({ ...names, domain_id: domain, user_id: 'u1', project_id: project, ...(reach === 'all' ? { all_enterprise_projects: true } : { enterprise_project_ids: [...reach] }) });
    const signer = new PrincipalSigner(this.config.principalKey);
    const metadata = (): { metadata: Metadata } => {
      const signed = new Metadata();
      signer.attach(signed, principal, { requestId: randomUUID() });
      return { metadata: signed };
    };
    return { principal, project, metadata };
  }

  create(tenant: Tenant, change: Partial<CreateFunctionRequest> = {}): Promise<FunctionMessage> {
    return this.functions.createFunction(createRequest(tenant, change), tenant.metadata());
  }
}

/** What the official SDK sends for a small HTTP function. */
export function createRequest(tenant: Tenant, change: Partial<CreateFunctionRequest> = {}): CreateFunctionRequest {
  return {
    ...CreateFunctionRequest.fromPartial({
      project_id: tenant.project,
      func_name: 'hello',
      package: 'default',
      runtime: 'http',
      timeout: 30,
      handler: '-',
      memory_size: 256,
      code_type: 'zip',
      code_filename: 'hello.zip',
      func_code: { file: zipBase64() },
    }),
    ...change,
  };
}

export function zipBase64(content = ''): string {
  return handmadeZip([bootstrap(), { name: 'server.js', content: `// ${content}` }]).toString('base64');
}

/** Repeats a check until it holds, for what follows asynchronously; fails with its last complaint. */
export async function eventually(check: () => Promise<void> | void): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
