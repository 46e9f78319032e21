// The registry as a process of its own, for who kills it. Its configuration is the argument, keys in hex.
import { startRegistry } from '@windlass/registry';
import { createLogger } from '@windlass/telemetry';

const config = JSON.parse(process.argv[2]);
await startRegistry({
  ...config,
  principalKey: Buffer.from(config.principalKey, 'hex'),
  secretsKey: Buffer.from(config.secretsKey, 'hex'),
  logger: createLogger('registry', { level: 'silent' }),
});
process.stdout.write('ready\n');
