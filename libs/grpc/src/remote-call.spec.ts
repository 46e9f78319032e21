import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type MicroserviceOptions } from '@nestjs/microservices';
import { AccountServiceClient, AccountServiceService, type ShowAccountRequest, type ShowAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { WindlassError } from '@windlass/errors';
import { createLogger } from '@windlass/telemetry';
import { connect, GrpcErrorFilter, grpcServer, type Remote } from './index.js';

@Controller()
class AccountController {
  @GrpcMethod('AccountService', 'showAccount')
  showAccount(request: ShowAccountRequest): ShowAccountResponse {
    if (request.account_name === 'taken') {
      throw new WindlassError({ kind: 'conflict', reason: 'ACCOUNT_EXISTS', code: 'IAM.0005', message: 'The account exists.' });
    }
    if (request.account_name === 'broken') throw new Error('a secret of the inside');
    return { domain_id: 'd1', domain_name: request.account_name, status: 'active' };
  }
}

@Module({ controllers: [AccountController] })
class TestModule {}

describe('a remote call', () => {
  const logged: string[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'windlass-grpc-'));
  const address = `unix:${join(directory, 's.sock')}`;
  let app: INestMicroservice;
  let remote: Remote<AccountServiceClient>;

  beforeAll(async () => {
    const services = { 'windlass.iam.v1.AccountService': AccountServiceService as never };
    app = await NestFactory.createMicroservice<MicroserviceOptions>(TestModule, { ...grpcServer({ address, services }), logger: false });
    app.useGlobalFilters(new GrpcErrorFilter(createLogger('test', { destination: { write: (line) => void logged.push(line) } })));
    await app.listen();
    remote = connect(AccountServiceClient, address);
  });

  afterAll(async () => {
    remote.close();
    await app.close();
    rmSync(directory, { recursive: true });
  });

  it('answers with the message of the contract', async () => {
    await expect(remote.showAccount({ account_name: 'größe' })).resolves.toEqual({ domain_id: 'd1', domain_name: 'größe', status: 'active' });
  });

  it('fails with the kind, reason, code and message the service gave', async () => {
    await expect(remote.showAccount({ account_name: 'taken' })).rejects.toMatchObject({
      kind: 'conflict',
      reason: 'ACCOUNT_EXISTS',
      code: 'IAM.0005',
      message: 'The account exists.',
    });
  });

  it('hides what the service did not mean to say, and logs it', async () => {
    const failure = await remote.showAccount({ account_name: 'broken' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'internal' });
    expect(String(failure)).not.toContain('secret of the inside');
    expect(logged.join('')).toContain('secret of the inside');
  });

  it('is unavailable, not broken, when nobody listens', async () => {
    const nobody = connect(AccountServiceClient, `unix:${join(directory, 'nobody.sock')}`);
    await expect(nobody.showAccount({ account_name: 'x' })).rejects.toMatchObject({ kind: 'unavailable' });
    nobody.close();
  });
});
