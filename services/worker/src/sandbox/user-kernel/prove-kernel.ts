import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Cleanup } from '../../instance/cleanup.js';
import { collect } from '../orphans.js';
import { launchSandbox } from '../launch.js';
import type { SandboxHost } from '../sandbox-host.js';

const PROOF_MS = 20_000;
const GONE_POLL_MS = 2;

/**
 * Runs a program that ends at once in a sandbox of strong isolation, as only that says whether this machine lets the kernel run. Answers
 * the host as it is found to be.
 */
export async function proveKernel(host: SandboxHost): Promise<SandboxHost> {
  if ('missing' in host.userKernel) return host;
  const why = await run(host);
  return why === undefined ? host : { ...host, userKernel: { missing: `gVisor (${host.userKernel.program}) makes no sandbox on this machine: ${why}` } };
}

async function run(host: SandboxHost): Promise<string | undefined> {
  const cleanup = new Cleanup();
  const said: string[] = [];
  const timer = new AbortController();
  try {
    const spec = { instanceId: 'proof-of-kernel', tenant: 'platform', codeDirectory: host.proof, memoryMb: 128, cpuMillicores: 1_000, ephemeralStorageMb: 16, startTimeoutMs: PROOF_MS, environment: {}, isolation: 'strong' } as const;
    const ended = Promise.withResolvers<string | undefined>();
    const sandbox = await launchSandbox(host, spec, cleanup, {
      started: (supervisor, { stdoutFd, stderrFd }) => {
        for (const fd of [stdoutFd, stderrFd]) {
          const output = createReadStream('', { fd });
          output.on('data', (chunk) => said.push(String(chunk)));
          cleanup.push(async () => {
            if (!output.closed) await once(output, 'close');
          });
        }
        void supervisor.ended.then(({ code, failure }) => ended.resolve(code === 0 ? undefined : (failure ?? (said.join('').trim().split('\n').at(-1) || `it ended with code ${code}`))));
      },
    });
    cleanup.push(async () => {
      if (sandbox.isAlive()) process.kill(sandbox.firstPid, 'SIGKILL');
      while (sandbox.isAlive()) await delay(GONE_POLL_MS);
      collect(sandbox.firstPid);
    });
    await sandbox.release();
    return await Promise.race([ended.promise, delay(PROOF_MS, 'it did not end in time', { signal: timer.signal })]);
  } catch (error) {
    return (error as Error).message;
  } finally {
    timer.abort();
    await cleanup.run();
  }
}
