// The launch thread: the one thread of the worker that starts processes. Starting one stops the thread that does it until the program
// has begun, which takes milliseconds and as long again as the machine is busy; no request is to wait for that.
//
// It is the parent of every sandbox it starts: they end with it, and it ends with the worker.
//
// This file also runs straight from its source, where only its types are taken away: no enums, no imports of neighbours.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { parentPort } from 'node:worker_threads';
import type { LaunchNews, LaunchOrder, StartOrder } from './launcher.js';

const FIRST_PIPE = 3;
const LONGEST_INFO_BYTES = 64 * 1024;

const port = parentPort;
if (port === null) throw new Error('The launch thread is started by the launcher.');
const running = new Map<number, { readonly child: ChildProcess; readonly blockFd: number }>();

port.on('message', (order: LaunchOrder) => {
  const { id } = order;
  if (order.kind === 'start') return start(order);
  const known = running.get(id);
  if (order.kind === 'release') (known?.child.stdio[known.blockFd] as Duplex | undefined)?.end('1');
  else known?.child.kill('SIGKILL');
});
tell({ kind: 'listening', id: 0 });

function start({ id, program, args, outputFds, inputs, infoFd, blockFd }: StartOrder): void {
  const lastFd = Math.max(infoFd, blockFd, ...inputs.map(([fd]) => fd));
  // No more pipes than are read before the app runs: what is left open, it would inherit.
  const pipes = Array.from({ length: lastFd - FIRST_PIPE + 1 }, () => 'pipe' as const);
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env: {}, cwd: '/', stdio: ['ignore', ...outputFds, ...pipes] });
  } catch (error) {
    return tell({ kind: 'failed', id, message: (error as Error).message });
  }
  running.set(id, { child, blockFd });
  child.once('error', (error) => {
    running.delete(id);
    tell({ kind: 'failed', id, message: error.message });
  });
  child.once('spawn', () => tell({ kind: 'started', id }));
  child.once('exit', (code, signal) => {
    running.delete(id);
    for (const pipe of child.stdio.slice(FIRST_PIPE) as Duplex[]) pipe.destroy();
    tell({ kind: 'ended', id, code, signal });
  });
  // A program that ends early closes its ends; how it ended is told by its exit.
  for (const pipe of child.stdio.slice(FIRST_PIPE) as Duplex[]) pipe.on('error', () => undefined);
  for (const [fd, bytes] of inputs) (child.stdio[fd] as Duplex).end(bytes);
  void readFirstPid(child.stdio[infoFd] as Duplex).then((firstPid) => tell({ kind: 'informed', id, firstPid }));
}

/** bwrap writes one JSON object: `{ "child-pid": 123, … }`. It ends without one when the sandbox could not be made. */
async function readFirstPid(info: Duplex): Promise<number | undefined> {
  let text = '';
  try {
    for await (const chunk of info.setEncoding('utf8')) {
      text += chunk as string;
      if (text.length > LONGEST_INFO_BYTES) break;
    }
    const pid: unknown = (JSON.parse(text) as Record<string, unknown>)['child-pid'];
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}

function tell(news: LaunchNews): void {
  port?.postMessage(news);
}
