import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FunctionServiceClient } from '@windlass/contracts/registry/v1/function_service';
import { connect, type Remote } from '@windlass/grpc';
import { findS3Server, startS3Server, type S3Server } from '@windlass/object-storage/testing';
import type { DataSource } from 'typeorm';
import { openDatabase, SCHEMA } from '../database/database.js';
import { createRequest, RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';
import { openPackageStore } from './open-package-store.js';
import type { PackageLocation } from './package-store.js';
import { PackageUses } from './package-uses.js';

const ROUNDS = Number(process.env['WINDLASS_UPLOAD_CRASHES'] ?? 3);
const UPLOADERS = 4;
/** A process that starts under the load of others. */
const LONG_MILLISECONDS = 120_000 + ROUNDS * 30_000;

const s3 = await findS3Server();
if ('lacking' in s3) process.stdout.write(`crashes with a bucket are skipped: ${s3.lacking}\n`);

/** A registry that is killed at any moment while packages come in, plain ones and ones under a customer's key. */
class CrashingRegistry {
  private readonly acknowledged = new Set<string>();
  private sequence = 0;

  private constructor(
    private readonly fixture: RegistryFixture,
    private readonly tenant: Tenant,
    private readonly key: string,
    readonly dataSource: DataSource,
  ) {}

  static async start(packages?: PackageLocation): Promise<CrashingRegistry> {
    const fixture = await RegistryFixture.start(packages === undefined ? {} : { packages });
    const tenant = fixture.tenant();
    fixture.iam.agencies.set(`${tenant.principal.domain_id}/encryptor`, 'usable');
    return new CrashingRegistry(fixture, tenant, fixture.kms.createKey(tenant.project), await openDatabase(fixture.config.databaseUrl));
  }

  get packages(): PackageLocation {
    return this.fixture.config.packages;
  }

  get acknowledgedNames(): ReadonlySet<string> {
    return this.acknowledged;
  }

  /** Uploads until so many were acknowledged, and kills while others are under way. */
  async crash(afterUploads: number): Promise<void> {
    const address = `unix:${join(this.fixture.directory, `crashing-${(this.sequence += 1)}.sock`)}`;
    const child = await this.spawn(address);
    const functions = connect(FunctionServiceClient, address);
    let left = afterUploads;
    const ended = once(child, 'exit');
    await Promise.all(
      Array.from({ length: UPLOADERS }, async () => {
        while (child.exitCode === null && child.signalCode === null) {
          if (!(await this.upload(functions))) continue;
          left -= 1;
          if (left === 0) child.kill('SIGKILL');
        }
      }),
    );
    await ended;
    functions.close();
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.fixture.stop();
  }

  private async upload(functions: Remote<FunctionServiceClient>): Promise<boolean> {
    const name = `f${(this.sequence += 1)}`;
    const sealed = this.sequence % 2 === 0 ? { xrole: 'encryptor', code_encrypt_kms_key_id: this.key } : {};
    const request = createRequest(this.tenant, { func_name: name, func_code: { file: zipBase64(name), link: '' }, ...sealed });
    try {
      await functions.createFunction(request, this.tenant.metadata());
      this.acknowledged.add(name);
      return true;
    } catch {
      // Whether it happened is not known: both are right.
      return false;
    }
  }

  private async spawn(grpcAddress: string): Promise<ChildProcess> {
    const { logger: _logger, principalKey, secretsKey, ...config } = this.fixture.config;
    const given = { ...config, grpcAddress, principalKey: principalKey.toString('hex'), secretsKey: secretsKey.toString('hex') };
    const program = join(import.meta.dirname, '../testing/registry-process.mjs');
    // Tied to this process: the kernel ends it with it.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, program, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  }
}

describe.each(['files', 'a bucket'] as const)('a registry that is killed while packages come into %s', (where) => {
  const test = where === 'a bucket' && 'lacking' in s3 ? it.skip : it;
  let server: S3Server | undefined;
  let registry: CrashingRegistry;
  let stored: () => Promise<readonly string[]>;

  beforeAll(async () => {
    if (where === 'files') {
      registry = await CrashingRegistry.start();
    } else if (!('lacking' in s3)) {
      server = await startS3Server(s3.program);
      registry = await CrashingRegistry.start({ bucket: await server.newBucket() });
    }
    stored = async () => namesBelow('directory' in registry.packages ? registry.packages.directory : (server?.directory ?? ''));
  }, LONG_MILLISECONDS);
  afterAll(async () => {
    await registry?.stop();
    await server?.stop();
  });

  test(
    'leaves no function without its package, and no package that is never collected',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) await registry.crash(3 + round * 4);
      const { dataSource } = registry;
      const store = openPackageStore(registry.packages);
      const functions = await dataSource.query<{ name: string; code_digest: string }[]>(`SELECT name, code_digest FROM ${SCHEMA}.functions`);
      const names = new Set(functions.map(({ name }) => name));
      for (const name of registry.acknowledgedNames) expect(names).toContain(name);
      for (const { code_digest: digest } of functions) expect(await store.stat(digest)).toBeDefined();

      const known = new Set((await dataSource.query<{ digest: string }[]>(`SELECT digest FROM ${SCHEMA}.packages`)).map(({ digest }) => digest));
      for (const digest of (await stored()).filter((name) => /^[0-9a-f]{128}$/.test(name))) expect(known).toContain(digest);

      // As if the hour of grace were over.
      const uses = new PackageUses(SCHEMA, 0);
      while ((await uses.removeUnused(dataSource.manager, store)) > 0);
      await uses.removeUnfinished(store, new Date(Date.now() + 60_000));
      expect([...(await stored())].sort()).toEqual(functions.map(({ code_digest: digest }) => digest).sort());
    },
    LONG_MILLISECONDS,
  );
});

/** Names of all files below a folder that are packages, or unfinished ones. */
async function namesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && (entry.name.startsWith('.') || /^[0-9a-f]{128}$/.test(entry.name))).map(({ name }) => name);
}
