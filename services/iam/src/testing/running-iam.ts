import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, type Client as GrpcClient } from '@grpc/grpc-js';
import { AccountServiceClient, CreateAccountRequest, type CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { AuthenticationServiceClient } from '@windlass/contracts/iam/v1/authentication_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { ProjectServiceClient } from '@windlass/contracts/iam/v1/project_service';
import { CreateTokenRequest, TokenServiceClient } from '@windlass/contracts/iam/v1/token_service';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { Client } from 'pg';
import { startIam, type IamConfig } from '../index.js';

export const REGION = 'local-1';
export const PASSWORD = 'correct horse 1';
export const PRINCIPAL_KEY = Buffer.alloc(32, 1);

/** The service with a database of its own, called as the other parts call it. */
export class RunningIam {
  readonly accounts: ReturnType<typeof connect<AccountServiceClient>>;
  readonly authentication: ReturnType<typeof connect<AuthenticationServiceClient>>;
  readonly projects: ReturnType<typeof connect<ProjectServiceClient>>;
  readonly tokens: ReturnType<typeof connect<TokenServiceClient>>;
  private readonly furtherClients: { close(): void }[] = [];
  private service: RunningService | undefined;

  private constructor(
    private readonly postgres: TemporaryPostgres,
    private readonly directory: string,
    private readonly change: Partial<IamConfig>,
    private readonly logLines: string[] = [],
  ) {
    this.accounts = connect(AccountServiceClient, this.address);
    this.authentication = connect(AuthenticationServiceClient, this.address);
    this.projects = connect(ProjectServiceClient, this.address);
    this.tokens = connect(TokenServiceClient, this.address);
  }

  static async start(change: Partial<IamConfig> = {}): Promise<RunningIam> {
    const iam = new RunningIam(await startTemporaryPostgres(), await mkdtemp(join(tmpdir(), 'windlass-iam-')), change);
    try {
      await iam.startService();
    } catch (error) {
      // A database that nobody stops keeps the test run from ending.
      await iam.stop();
      throw error;
    }
    return iam;
  }

  get databaseUrl(): string {
    return this.postgres.connectionString(this.postgres.database);
  }

  get log(): string {
    return this.logLines.join('');
  }

  async restart(): Promise<void> {
    await this.service?.close();
    await this.startService();
  }

  async stop(): Promise<void> {
    for (const client of [this.accounts, this.authentication, this.projects, this.tokens, ...this.furtherClients]) client.close();
    await this.service?.close();
    await this.postgres.stop();
    await rm(this.directory, { recursive: true });
  }

  /** A client of any of the service's other gRPC services, closed with it. */
  client<C extends GrpcClient>(constructor: Parameters<typeof connect<C>>[0]): Remote<C> {
    const client = connect(constructor, this.address);
    this.furtherClients.push(client);
    return client;
  }

  createAccount(name: string, change: Partial<CreateAccountRequest> = {}): Promise<CreateAccountResponse> {
    return this.accounts.createAccount(CreateAccountRequest.fromPartial({ account_name: name, user_name: 'ann', password: PASSWORD, ...change }));
  }

  /** A token for the user "ann" of an account. */
  logIn(account: string, password = PASSWORD, scope: Parameters<typeof CreateTokenRequest.fromPartial>[0] = {}) {
    const user = { name: 'ann', password, domain: { name: account } };
    const request = { auth: { identity: { methods: ['password'], password: { user } }, scope: scope.auth?.scope } };
    return this.createToken(request);
  }

  /** Asks for a token as the edge does: for nobody in particular, or for the caller who wants to act through an agency. */
  createToken(request: Parameters<typeof CreateTokenRequest.fromPartial>[0], caller = Principal.fromPartial({})) {
    return this.tokens.createToken(CreateTokenRequest.fromPartial(request), this.as(caller));
  }

  /** Metadata of a call that the edge makes for a caller. */
  as(principal: Principal, sourceAddress?: string): { metadata: Metadata } {
    const metadata = new Metadata();
    new PrincipalSigner(PRINCIPAL_KEY).attach(metadata, principal, { requestId: 'r1', sourceAddress });
    return { metadata };
  }

  async sql<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  private get address(): string {
    return `unix:${join(this.directory, 'iam.sock')}`;
  }

  /** Where iam looks for other services; nobody answers there unless a test does. */
  get registryAddress(): string {
    return `unix:${join(this.directory, 'registry.sock')}`;
  }

  get logsAddress(): string {
    return `unix:${join(this.directory, 'logs.sock')}`;
  }

  get kmsAddress(): string {
    return `unix:${join(this.directory, 'kms.sock')}`;
  }

  private async startService(): Promise<void> {
    this.service = await startIam({
      grpcAddress: this.address,
      databaseUrl: this.databaseUrl,
      region: REGION,
      principalKey: PRINCIPAL_KEY,
      secretsKey: Buffer.alloc(32, 2),
      publicApiUrl: 'http://127.0.0.1:7400',
      registryAddress: this.registryAddress,
      logsAddress: this.logsAddress,
      kmsAddress: this.kmsAddress,
      logger: createLogger('iam', { destination: { write: (line) => void this.logLines.push(line) } }),
      ...this.change,
    });
  }
}
