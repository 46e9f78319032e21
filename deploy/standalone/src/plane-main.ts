import { once } from 'node:events';
import { closeAll, type RunningService } from '@windlass/grpc';
import type { PlaneMessage } from './plane-process.js';

const CLOSE_WITHIN_MS = 15_000;

/**
 * The life of a plane: take the configuration from the launcher, start, say so, and close in order when told to or when the
 * launcher is gone. Ends by force when closing takes too long, so that nothing outlives the launcher for long.
 */
export async function runPlane<C>(start: (config: C) => AsyncGenerator<RunningService, void, void>): Promise<void> {
  const running: RunningService[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeInTime(running));
  process.once('SIGTERM', () => void close());
  process.once('disconnect', () => void close());

  const [config] = (await once(process, 'message')) as [C];
  try {
    for await (const service of start(config)) {
      running.push(service);
      if (closing !== undefined) return;
    }
    tell({ type: 'ready' });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    await close();
  }
}

async function closeInTime(running: readonly RunningService[]): Promise<void> {
  const timer = setTimeout(() => process.exit(1), CLOSE_WITHIN_MS);
  timer.unref();
  let code = 0;
  try {
    await closeAll(running);
  } catch (error) {
    process.stderr.write(`closing failed: ${String(error)}\n`);
    code = 1;
  }
  process.exit(code);
}

function tell(message: PlaneMessage): void {
  if (process.connected) process.send?.(message);
}
