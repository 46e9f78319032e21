import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { GatewayServiceClient } from '@windlass/contracts/gateway/v1/gateway_service';
import {
  AuthenticateResponse,
  AuthenticationServiceService,
  type AuthenticateTokenRequest,
} from '@windlass/contracts/iam/v1/authentication_service';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { CatalogServiceService, type ListGroupRoutesRequest, type ListGroupRoutesResponse } from '@windlass/contracts/registry/v1/catalog_service';
import { RouteEvent } from '@windlass/contracts/registry/v1/registry_events';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { WindlassError } from '@windlass/errors';
import { PostgresEventBus } from '@windlass/event-bus';
import { connect, toServiceError } from '@windlass/grpc';
import { createLogger } from '@windlass/telemetry';
import { GROUP, DOMAIN, makeRoute } from './data-path/testing/route.js';
import { startWorkerServer, type TestWorker } from './data-path/testing/worker.js';
import { startGateway, type GatewayConfig, type RunningGateway } from './start-gateway.js';
import { eventually } from './testing/eventually.js';

const logger = createLogger('gateway-test', { level: 'silent' });

/** The registry and iam as the gateway meets them: gRPC servers on a socket. */
async function startPeers(address: string, registryRoutes: Map<string, Route[]>): Promise<Server> {
  const server = new Server();
  server.addService(CatalogServiceService, {
    listGroupRoutes: (call: ServerUnaryCall<ListGroupRoutesRequest, unknown>, reply: sendUnaryData<ListGroupRoutesResponse>) =>
      reply(null, { routes: registryRoutes.get(call.request.group_id) ?? [] }),
  } as never);
  server.addService(AuthenticationServiceService, {
    authenticateToken: (call: ServerUnaryCall<AuthenticateTokenRequest, unknown>, reply: sendUnaryData<AuthenticateResponse>) => {
      const { token } = call.request;
      if (token === 'bad') {
        reply(toServiceError(new WindlassError({ kind: 'unauthenticated', reason: 'TOKEN_INVALID', code: 'IAM.0067', message: 'The token is not valid.' })));
      } else {
        reply(null, AuthenticateResponse.fromPartial({ principal: { domain_id: token }, cacheable_until: 0 }));
      }
    },
  } as never);
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error))),
  );
  return server;
}

describe('a started gateway', () => {
  let directory: string;
  let postgres: TemporaryPostgres;
  let peers: Server;
  let worker: TestWorker;
  let bus: PostgresEventBus;
  let gateway: RunningGateway;
  let config: GatewayConfig;
  const registryRoutes = new Map<string, Route[]>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-gateway-'));
    postgres = await startTemporaryPostgres();
    const databaseUrl = postgres.connectionString(postgres.database);
    const peersAddress = `unix:${join(directory, 'peers.sock')}`;
    peers = await startPeers(peersAddress, registryRoutes);
    worker = await startWorkerServer((request, response) => response.end(`${request.headers['x-windlass-func-id']} ${request.url}`));
    bus = await PostgresEventBus.open({ connectionString: databaseUrl, logger });
    config = {
      host: '127.0.0.1',
      port: 0,
      grpcAddress: `unix:${join(directory, 'gateway.sock')}`,
      registryAddress: peersAddress,
      iamAddress: peersAddress,
      workerSockets: [worker.socketPath],
      databaseUrl,
      logger,
    };
    gateway = await startGateway(config);
  });

  afterAll(async () => {
    await gateway?.close();
    await bus?.close();
    await worker?.close();
    peers?.forceShutdown();
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const get = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };

  it('serves a route as soon as its event has come', async () => {
    const route = makeRoute({ path: '/event', func_id: 'by-event' });
    await bus.publish([
      { topic: 'registry.routes', key: GROUP, id: 'event-1', payload: RouteEvent.encode({ change: { $case: 'put', value: route } }).finish() },
    ]);
    await eventually(async () => expect(await get(`/${GROUP}/event/x`)).toEqual({ status: 200, text: 'by-event /event/x' }));
  });

  it('serves a route before its event has come, when the registry knows it', async () => {
    const group = 'a'.repeat(32);
    registryRoutes.set(group, [makeRoute({ route_id: 'early', group_id: group, func_id: 'by-registry' })]);
    expect(await get(`/${group}/`)).toEqual({ status: 200, text: 'by-registry /' });
    expect((await get(`/${'b'.repeat(32)}/`)).status).toBe(404);
  });

  it('asks iam who calls a route that is not open', async () => {
    const group = 'c'.repeat(32);
    registryRoutes.set(group, [makeRoute({ route_id: 'guarded', group_id: group, auth: 'IAM' })]);
    expect((await get(`/${group}/`)).status).toBe(401);
    const refused = await get(`/${group}/`, { 'X-Auth-Token': 'bad' });
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([401, { error_code: 'APIG.0301', error_msg: 'The token is not valid.' }]);
    expect((await get(`/${group}/`, { 'X-Auth-Token': 'another-domain' })).status).toBe(403);
    expect((await get(`/${group}/`, { 'X-Auth-Token': DOMAIN })).status).toBe(200);
  });

  it('stops serving an account that is suspended, keeps to it after a restart, and serves it again when it is resumed', async () => {
    const group = '9'.repeat(32);
    registryRoutes.set(group, [makeRoute({ route_id: 'tenant', group_id: group, domain_id: 'tenant', func_id: 'tenants' })]);
    expect((await get(`/${group}/`)).status).toBe(200);
    const say = (status: string) =>
      bus.publish([{ topic: 'iam.accounts', key: 'tenant', id: crypto.randomUUID(), payload: AccountEvent.encode({ domain_id: 'tenant', status, quotas: {}, revision: 0, isolation: 'standard' }).finish() }]);
    await say('suspended');
    await eventually(async () => expect((await get(`/${group}/`)).status).toBe(403));
    await gateway.close();
    gateway = await startGateway(config);
    const refused = await get(`/${group}/`);
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      403,
      { error_code: 'APIG.0306', error_msg: 'The account that owns this API is suspended.', request_id: expect.any(String) },
    ]);
    // Nobody else is touched.
    expect((await get(`/${GROUP}/event`)).status).toBe(200);
    await say('active');
    await eventually(async () => expect(await get(`/${group}/`)).toEqual({ status: 200, text: 'tenants /' }));
  });

  it('tells operators what it knows', async () => {
    const client = connect(GatewayServiceClient, config.grpcAddress);
    const status = await client.showStatus({});
    expect(status.routes).toBeGreaterThanOrEqual(1);
    expect(status.requests).toBeGreaterThanOrEqual(1);
    client.close();
  });

  it('still has its routes after a restart, with nobody to ask', async () => {
    await gateway.close();
    gateway = await startGateway({ ...config, registryAddress: 'unix:/nonexistent/registry.sock' });
    expect(await get(`/${GROUP}/event`)).toEqual({ status: 200, text: 'by-event /event' });
    expect((await get(`/${'d'.repeat(32)}/`)).status).toBe(503);
  });

  it('frees what it has taken when it cannot start', async () => {
    await expect(startGateway({ ...config, port: gateway.port, grpcAddress: `unix:${join(directory, 'other.sock')}` })).rejects.toThrow('EADDRINUSE');
  });
});
