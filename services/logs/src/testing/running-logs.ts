import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import { LogSearchServiceClient } from '@windlass/contracts/logs/v1/log_search_service';
import { LogServiceClient, QueryLogsRequest, type QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import { LogStreamServiceClient } from '@windlass/contracts/logs/v1/log_stream_service';
import { LogTailServiceClient } from '@windlass/contracts/logs/v1/log_tail_service';
import { LogTransferServiceClient } from '@windlass/contracts/logs/v1/log_transfer_service';
import { ProjectResourceServiceClient } from '@windlass/contracts/logs/v1/project_resources';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus } from '@windlass/event-bus';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { startLogs } from '../index.js';

const principalKey = Buffer.alloc(32, 5);
const signer = new PrincipalSigner(principalKey);

export const missingGroup = { kind: 'not_found', code: 'LTS.0201', message: 'The log group does not existed' };
export const missingStream = { kind: 'not_found', code: 'LTS.0208', message: 'The log stream does not existed' };

/** A caller of an account and project of its own. */
export type Tenant = ReturnType<RunningLogs['tenant']>;

/** A log service with its database, its bus, and clients of all it answers. */
export class RunningLogs {
  readonly logs: Remote<LogServiceClient>;
  readonly settings: Remote<LogStreamServiceClient>;
  readonly search: Remote<LogSearchServiceClient>;
  readonly tails: Remote<LogTailServiceClient>;
  readonly transfers: Remote<LogTransferServiceClient>;
  readonly resources: Remote<ProjectResourceServiceClient>;

  private constructor(
    private readonly directory: string,
    private readonly postgres: TemporaryPostgres,
    private readonly service: RunningService,
    readonly bus: PostgresEventBus,
    /** What the service has logged. */
    readonly logged: readonly string[],
    address: string,
  ) {
    this.logs = connect(LogServiceClient, address);
    this.settings = connect(LogStreamServiceClient, address);
    this.search = connect(LogSearchServiceClient, address);
    this.tails = connect(LogTailServiceClient, address);
    this.transfers = connect(LogTransferServiceClient, address);
    this.resources = connect(ProjectResourceServiceClient, address);
  }

  static async start(): Promise<RunningLogs> {
    const directory = mkdtempSync(join(tmpdir(), 'windlass-logs-'));
    const logged: string[] = [];
    const logger = createLogger('logs', { destination: { write: (line) => void logged.push(line) } });
    const postgres = await startTemporaryPostgres();
    const databaseUrl = postgres.connectionString(postgres.database);
    const grpcAddress = `unix:${join(directory, 'logs.sock')}`;
    const service = await startLogs({ grpcAddress, databaseUrl, principalKey, groupsPerAccount: 5, streamsPerGroup: 3, functionStreamsPerGroup: 6, logger });
    const bus = await PostgresEventBus.open({ connectionString: databaseUrl, logger });
    return new RunningLogs(directory, postgres, service, bus, logged, grpcAddress);
  }

  async stop(): Promise<void> {
    for (const client of [this.logs, this.settings, this.search, this.tails, this.transfers, this.resources]) client.close();
    await this.bus.close();
    await this.service.close();
    await this.postgres.stop();
    rmSync(this.directory, { recursive: true });
  }

  get databaseUrl(): string {
    return this.postgres.connectionString(this.postgres.database);
  }

  tenant(fields: Partial<Principal> = {}) {
    const principal = Principal.fromPartial({ domain_id: randomUUID(), project_id: randomUUID(), user_id: 'u1', all_enterprise_projects: true, ...fields });
    const as = () => {
      const metadata = new Metadata();
      signer.attach(metadata, principal, { requestId: 'r1' });
      return { metadata };
    };
    const { domain_id, project_id } = principal;
    const createGroup = async (log_group_name = 'orders') =>
      (await this.logs.createLogGroup({ project_id, log_group_name, log_group_name_alias: '', tags: [] }, as())).log_group_id;
    const createStream = async (log_group_id: string, log_stream_name = 'today') =>
      (await this.logs.createLogStream({ project_id, log_group_id, log_stream_name, log_stream_name_alias: '', enterprise_project_name: '', tags: [] }, as())).log_stream_id;
    const query = (log_group_id: string, log_stream_id: string, fields: Partial<QueryLogsRequest> = {}) => {
      const window = { start_time: String(Date.now() - 3_600_000), end_time: String(Date.now() + 3_600_000) };
      return this.logs.queryLogs(QueryLogsRequest.fromPartial({ project_id, log_group_id, log_stream_id, ...window, ...fields }), as());
    };
    return { as, domain_id, project_id, createGroup, createStream, query };
  }

  /** A group of the tenant with a stream in it. */
  async stream(caller: Tenant): Promise<{ group: string; stream: string }> {
    const group = await caller.createGroup();
    return { group, stream: await caller.createStream(group) };
  }

  async publish({ domain_id, project_id }: Tenant, log_group_id: string, log_stream_id: string, contents: string[], labels: Record<string, string> = {}): Promise<void> {
    const now = BigInt(Date.now()) * 1_000_000n;
    const lines = contents.map((content, index) => ({ time_unix_nano: String(now + BigInt(index)), content, labels }));
    const payload = LogBatch.encode({ batch_id: randomUUID(), domain_id, project_id, log_group_id, log_stream_id, lines }).finish();
    await this.bus.publish([{ topic: 'logs.lines', key: log_stream_id, id: randomUUID(), payload }]);
  }

  /** The answer once it has that many rows: ingestion follows the bus, so a reader may come first. */
  async eventually(rows: number, query: () => Promise<QueryLogsResponse>): Promise<QueryLogsResponse> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const answer = await query();
      if (answer.logs.length >= rows || Date.now() > deadline) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
