import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 20_000;

export interface VictoriaLogsOptions {
  /** Where it keeps its data; a folder that goes with it unless told. */
  readonly dataDirectory?: string | undefined;
  readonly port?: number | undefined;
}

/** VictoriaLogs on the loopback address, as the log service needs it, in a process tied to this one. */
export class VictoriaLogsServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly directory: string,
    private readonly temporary: boolean,
    private readonly port: number,
  ) {}

  static async start(program: string, { dataDirectory, port }: VictoriaLogsOptions = {}): Promise<VictoriaLogsServer> {
    const server = new VictoriaLogsServer(program, dataDirectory ?? mkdtempSync(join(tmpdir(), 'windlass-victorialogs-')), dataDirectory === undefined, port ?? (await freePort()));
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it again after `kill`, with the data it had written out. */
  async restart(): Promise<void> {
    const settings = [`-storageDataPath=${this.directory}`, `-httpListenAddr=127.0.0.1:${this.port}`, '-retentionPeriod=100y', '-delete.enable', '-insert.maxLineSizeBytes=2MiB', '-loggerLevel=ERROR'];
    // The kernel ends it with this process, even when this one is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', this.program, ...settings], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.child = child;
    for (const deadline = Date.now() + READY_WITHIN_MS; ; await delay(30)) {
      if (await fetch(`${this.url}/health`).then((answer) => answer.ok, () => false)) return;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) throw new Error(`VictoriaLogs ended at once (${child.exitCode ?? child.signalCode}).`);
      if (Date.now() > deadline) throw new Error(`VictoriaLogs was not ready within ${READY_WITHIN_MS} ms.`);
    }
  }

  /** As a crash would: what it has not written out is lost. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    if (this.temporary) rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
