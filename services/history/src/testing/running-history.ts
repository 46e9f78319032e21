import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { CheckpointServiceClient, ExportHistoryRequest, type HistoryRecord } from '@windlass/contracts/history/v1/checkpoint_service';
import { EventSourceServiceService, type ListChangedAccountsRequest, type ReadAccountLogRequest } from '@windlass/contracts/history/v1/event_source_service';
import { PlatformSigningServiceService, type SignAsPlatformRequest } from '@windlass/contracts/kms/v1/platform_signing_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { startTemporaryPostgres } from '@windlass/embedded-postgres';
import { createEventTables, EventStore, type DomainEvent } from '@windlass/event-store';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { HistoryVerifier, type Checkpoint, type VerifiedHistory } from '@windlass/hash-chain';
import { PrincipalSigner, PrincipalVerifier } from '@windlass/principal';
import { EventSource, History, resourceOfEvents } from '@windlass/resource-history';
import { createLogger } from '@windlass/telemetry';
import { DataSource } from 'typeorm';
import { SOURCE_NAMES, type SourceName } from '../source/event-sources.js';
import { startHistory, type HistoryConfig } from '../start-history.js';

export type RunningHistory = Awaited<ReturnType<typeof runHistory>>;

/** A page of an account's log that the service asked for. */
export interface LogRead {
  readonly service: SourceName;
  readonly accountId: string;
  /** Empty for the first page. */
  readonly after: string;
}

const principalKey = Buffer.alloc(32, 5);
const signer = new PrincipalSigner(principalKey);

/** The history service for tests: as it is started in a deployment, with PostgreSQL and the other side of each contract over real event stores. */
export async function runHistory() {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-history-'));
  const closers: (() => Promise<unknown> | void)[] = [() => rmSync(directory, { recursive: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const postgres = await startTemporaryPostgres();
    closers.push(() => postgres.stop());
    const databaseUrl = postgres.connectionString(postgres.database);
    const dataSource = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
    closers.push(() => dataSource.destroy());
    const platform = generateKeyPairSync('ed25519');
    const stores = {} as Record<SourceName, EventStore>;
    const sources = {} as Record<SourceName, string>;
    for (const name of SOURCE_NAMES) {
      stores[name] = await makeStore(dataSource, name);
      sources[name] = `unix:${join(directory, `${name}.sock`)}`;
      const server = await serveSource(sources[name], name, stores[name], name === 'kms' ? platform : undefined, (read) => void reads.push(read));
      closers.push(() => server.forceShutdown());
    }
    let services = 0;
    const reads: LogRead[] = [];
    const logged: string[] = [];
    /** Another process of the service. */
    const start = async (settings: Partial<HistoryConfig> = {}) => {
      const grpcAddress = `unix:${join(directory, `history-${++services}.sock`)}`;
      const logger = createLogger('history', { destination: { write: (line) => void logged.push(line) } });
      const service: RunningService = await startHistory({ grpcAddress, databaseUrl, sources, principalKey, logger, checkpointIntervalMs: 0, ...settings });
      const client = connect(CheckpointServiceClient, grpcAddress);
      let stopping: Promise<void> | undefined;
      const stop = (): Promise<void> => {
        client.close();
        return (stopping ??= service.close());
      };
      closers.push(stop);
      return { client, stop };
    };
    const { client } = await start();
    return { dataSource, stores, platform, client, start, close, logged, reads, tenant: () => tenantOf(dataSource, stores, client, platform.publicKey) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An account of its own. */
function tenantOf(dataSource: DataSource, stores: Record<SourceName, EventStore>, client: Remote<CheckpointServiceClient>, key: KeyObject) {
  const id = randomUUID().replaceAll('-', '');
  const as = (domain_id = id) => {
    const metadata = new Metadata();
    signer.attach(metadata, Principal.fromPartial({ domain_id, user_id: 'u1' }), { requestId: 'r1' });
    return { metadata };
  };
  const exported = async (limit?: number): Promise<HistoryRecord[]> => {
    const records: HistoryRecord[] = [];
    for (let cursor = ''; ; ) {
      const page = await client.exportHistory(ExportHistoryRequest.fromPartial({ cursor, limit }), as());
      if (limit !== undefined && page.records.length > limit) throw new Error('the page is too long');
      records.push(...page.records);
      if (page.next_cursor === '') return records;
      cursor = page.next_cursor;
    }
  };
  return {
    id,
    as,
    exported,
    append: async (service: SourceName, streamId: string, ...events: DomainEvent[]) => {
      await dataSource.transaction(async (manager) => {
        const expectedVersion = (await stores[service].load(`${id}-${streamId}`, manager)).length;
        await stores[service].append(manager, { streamId: `${id}-${streamId}`, tenant: id, expectedVersion, events, metadata: { actor: 'ann', requestId: 'r1' } });
      });
    },
    checkpoint: () => client.createCheckpoint({}, as()),
    checkpoints: () => client.listCheckpoints({ cursor: '' }, as()),
    /** What whoever has the export and the public key finds. */
    verify: async (limit?: number): Promise<VerifiedHistory> => verifyRecords(id, key, await exported(limit)),
  };
}

export function verifyRecords(accountId: string, key: KeyObject, records: readonly HistoryRecord[]): VerifiedHistory {
  const verifier = new HistoryVerifier(accountId, [key]);
  for (const { checkpoint, service, sealed, event } of records) {
    if (checkpoint !== undefined) {
      const { hash, signature, account_id: accountIdOf, made_at: madeAt, previous_hash: previousHash, number, services, format } = checkpoint;
      const content = { format: format as Checkpoint['content']['format'], accountId: accountIdOf, number, madeAt, previousHash, services };
      verifier.addCheckpoint({ content, hash, signature: { keyId: signature?.key_id ?? '', algorithm: signature?.algorithm ?? '', value: Buffer.from(signature?.value ?? '', 'base64') } });
    } else {
      verifier.addEvent({
        service,
        sealed: sealed && { position: sealed.position, id: sealed.id, streamId: sealed.stream_id, version: sealed.version, digest: sealed.digest },
        event: event && {
          position: event.position, id: event.id, streamId: event.stream_id, version: event.version, type: event.type, schemaVersion: event.schema_version,
          tenant: event.tenant, data: JSON.parse(event.data) as unknown, metadata: JSON.parse(event.metadata) as unknown, recordedAt: event.recorded_at,
        },
      });
    }
  }
  return verifier.finish();
}

async function makeStore(dataSource: DataSource, schema: string): Promise<EventStore> {
  const runner = dataSource.createQueryRunner();
  await createEventTables(runner, schema).finally(() => runner.release());
  return new EventStore(dataSource, { schema });
}

/** A service that keeps events, as far as history needs it: a real gRPC server over a real event store. */
async function serveSource(address: string, name: SourceName, store: EventStore, platform: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined, onRead: (read: LogRead) => void): Promise<Server> {
  const resources = [{ ...resourceOfEvents({ type: 'thing', streamPrefix: '', ends: [] }), secret: ['password'] }];
  const source = new EventSource(new History(store, { service: name, invalidCode: 'TEST' }), resources, Buffer.alloc(32, 9));
  const verifier = new PrincipalVerifier(principalKey);
  const server = new Server();
  const { readAccountLog, listChangedAccounts } = EventSourceServiceService;
  const unary = <Q, R>(answer: (request: Q, tenant: string) => Promise<R> | R) => ({ request, metadata }: ServerUnaryCall<Q, R>, done: sendUnaryData<R>) => {
    Promise.resolve(answer(request, verifier.read(metadata).principal.domain_id)).then((response) => done(null, response), (error: Error) => done(error));
  };
  server.addService({ readAccountLog, listChangedAccounts } as never, {
    readAccountLog: unary(async ({ after, limit, until }: ReadAccountLogRequest, tenant) => {
      onRead({ service: name, accountId: tenant, after });
      const { events, hasMore } = await source.log(tenant, after, limit, until);
      return { events, has_more: hasMore };
    }),
    listChangedAccounts: unary(async ({ after, limit }: ListChangedAccountsRequest) => {
      const { tenants, end } = await source.changedTenants(after, limit);
      return { account_ids: tenants, end };
    }),
  });
  if (platform !== undefined) {
    const { signAsPlatform, listPlatformPublicKeys } = PlatformSigningServiceService;
    const public_key = platform.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    server.addService({ signAsPlatform, listPlatformPublicKeys } as never, {
      signAsPlatform: (call: ServerUnaryCall<SignAsPlatformRequest, unknown>, done: sendUnaryData<unknown>) => done(null, { key_id: 'k1', algorithm: 'ED25519', signature: sign(null, call.request.message, platform.privateKey) }),
      listPlatformPublicKeys: (_call: unknown, done: sendUnaryData<unknown>) => done(null, { keys: [{ key_id: 'k1', algorithm: 'ED25519', public_key }] }),
    });
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
  });
  return server;
}
