import { join } from 'node:path';
import { startPostgres } from '@windlass/embedded-postgres';
import { ensureBubblewrap } from './bubblewrap.js';
import { readOrMakeSeedSecrets, writeCredentials, type Credentials } from './credentials.js';
import { openDataDirectory } from './data-directory.js';
import type { Options } from './options.js';
import { planeConfigs, reachable } from './plane-config.js';
import { PlaneProcess, type PlaneOptions } from './plane-process.js';
import { requireFreePorts } from './ports.js';
import type { Progress } from './progress.js';
import { openRunDirectory } from './run-directory.js';
import { seedAccounts, seedDemoFunction } from './seed.js';
import { Supervisor } from './supervisor.js';

const DATABASE = 'windlass';

/** A running Windlass on this machine. */
export interface Deployment {
  readonly credentials: Credentials;
  readonly credentialsFile: string;
  readonly logDirectory: string;
  /** Resolves with a sentence when a part of it ended for good and could not be started again. */
  readonly broken: Promise<string>;
}

/**
 * Starts everything, in the order in which the parts need each other. Each part pushes its own undo onto `cleanup` the
 * moment it is there, so that a start that fails or is interrupted leaves nothing behind.
 */
export async function startDeployment(options: Options, progress: Progress, cleanup: (undo: () => Promise<void> | void) => void): Promise<Deployment> {
  await ensureBubblewrap(progress);
  await requireFreePorts(options);

  const data = openDataDirectory(options.dataDirectory, options.region);
  cleanup(() => data.release());
  const run = openRunDirectory(options.dataDirectory);
  cleanup(() => run.remove());

  const postgres = await progress.step('Starting PostgreSQL', () =>
    startPostgres({ dataDirectory: data.database, socketDirectory: run.path, onProgress: (message) => progress.note(`  ${message}`) }),
  );
  cleanup(() => postgres.stop());
  await postgres.ensureDatabase(DATABASE);

  const { control, dataPlane } = planeConfigs(options, data, run, postgres.connectionString(DATABASE));
  const supervisor = new Supervisor(progress);
  const plane = (name: PlaneOptions['name'], config: object, inUserNamespace: boolean): Promise<void> =>
    supervisor.keepRunning(() => PlaneProcess.start({ name, config, inUserNamespace, logFile: join(data.logs, `${name}.log`) }));
  cleanup(() => supervisor.stop());
  await progress.step('Starting the control plane', () => plane('control-plane', control, false));
  // Network namespaces need the powers of root: an ordinary user has them in a user namespace of its own.
  await progress.step('Starting the data plane', () => plane('data-plane', dataPlane, process.getuid?.() !== 0));

  const target = { iamAddress: run.grpc('iam'), apiOrigin: control.api.publicUrl, region: options.region };
  const secrets = readOrMakeSeedSecrets(data.seedFile);
  const accounts = await seedAccounts(target, secrets);
  const demo = await progress.step('Checking the demo function', () => seedDemoFunction(target, accounts.demo));

  const host = reachable(options.host);
  const credentials: Credentials = {
    api: control.api.publicUrl,
    gateway: `http://${host}:${options.gatewayPort}`,
    grpc: `${host}:${options.grpcPort}`,
    region: options.region,
    admin: accounts.admin,
    demo: { ...accounts.demo, ...demo },
  };
  writeCredentials(data.credentialsFile, credentials);
  const database = postgres.ended.then((end) => (end.kind === 'stopped' ? new Promise<string>(() => undefined) : `PostgreSQL ended: ${end.message}`));
  return { credentials, credentialsFile: data.credentialsFile, logDirectory: data.logs, broken: Promise.race([supervisor.gaveUp, database]) };
}
