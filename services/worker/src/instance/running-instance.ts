import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResourceGroup } from '../cgroup/resource-group.js';
import type { Route } from '../network/dialer.js';
import { readListeners } from '../network/listeners.js';
import { launchSandbox, type Sandbox } from '../sandbox/launch.js';
import type { Supervisor } from '../sandbox/launcher.js';
import { collect } from '../sandbox/orphans.js';
import { signal } from '../sandbox/signal.js';
import { Cleanup } from './cleanup.js';
import type { LocalInstanceHost } from './instance-host.js';
import type { DialOptions, InstanceSpec, OutputLine } from './instance-spec.js';
import { callLifecycle } from './lifecycle-call.js';
import type { MemoryReading } from './memory-watch.js';
import { OutputCapture } from './output-capture.js';
import { describeProcessEnd, readProcessEnd, type InstanceExit, type ProcessEnd } from './process-end.js';
import { APP_PORT, explainTimeout, waitUntilListening } from './readiness.js';
import { StartFailure, type StartProblem } from './start-failure.js';

const MIB = 1024 * 1024;
/** For how long a start may use more of the processor than the function has. */
const START_BOOST_MS = 2_000;
const DIAL_TIMEOUT_MS = 1_000;
/** After the kill: for the kernel to end every process of the sandbox, and for the rest of the output to be read. */
const EXIT_NEWS_MS = 200;
const GONE_TIMEOUT_MS = 10_000;
const GONE_POLL_MS = 2;
const OUTPUT_TIMEOUT_MS = 1_000;

/** One sandbox and its app, from the first resource to the last. */
export class RunningInstance {
  readonly id: string;
  readonly exited: Promise<InstanceExit>;
  readonly #spec: InstanceSpec;
  readonly #host: LocalInstanceHost;
  readonly #cleanup = new Cleanup();
  readonly #output: OutputCapture;
  readonly #reading: { readonly ended: Promise<void>; destroy(): void }[] = [];
  /** Set before the signal is sent, so that an end we caused is never taken for the app's own. */
  #cause: 'STOPPED' | 'OUT_OF_MEMORY' | undefined;
  #supervisor: Supervisor | undefined;
  #sandbox: Sandbox | undefined;
  #route: Route | undefined;
  #memory: MemoryReading | undefined;
  #frozen = false;
  #toldOfEnd = false;
  #cpuUsedInAllMs: number | undefined;
  #endBoost: (() => void) | undefined;
  #supervisorEnded!: (end: ProcessEnd) => void;

  constructor(spec: InstanceSpec, host: LocalInstanceHost, onOutput: (line: OutputLine) => void) {
    this.id = spec.instanceId;
    this.#spec = spec;
    this.#host = host;
    this.#output = new OutputCapture(onOutput);
    this.#cleanup.push(host.add(this));
    this.exited = new Promise<ProcessEnd>((resolve) => (this.#supervisorEnded = resolve)).then((end) => this.#conclude(end));
  }

  get pid(): number {
    return this.#sandbox?.firstPid ?? 0;
  }

  /** Resolves when the app accepts connections; rejects with a `StartFailure` when everything is undone. */
  async start(): Promise<void> {
    const deadline = performance.now() + this.#spec.startTimeoutMs;
    const waiting = new AbortController();
    let problem: StartProblem | undefined;
    try {
      const route = await this.#launch();
      const listening = waitUntilListening(route, deadline, waiting.signal);
      const isListening = await Promise.race([listening, this.exited.then(() => undefined)]);
      if (isListening === true) problem = await this.#initialize(deadline);
      this.#endBoost?.();
      if (isListening === true && problem === undefined && this.#cause === undefined) return;
      if (isListening === false) problem = explainTimeout(readListeners(this.pid), this.#spec.startTimeoutMs);
    } catch (error) {
      problem = { reason: 'SANDBOX_FAILED', detail: (error as Error).message };
    } finally {
      waiting.abort();
    }
    // When it was stopped or ran out of memory meanwhile, that is the reason, whatever else was found.
    if (this.#cause !== undefined) problem = undefined;
    const exit = await this.end();
    problem ??= this.#explainExit(exit);
    const stderrTail = this.#output.stderrTail();
    if (problem.reason === 'SANDBOX_FAILED') {
      this.#host.logger.error({ instanceId: this.id, detail: problem.detail, stderrTail }, 'the sandbox of an instance failed');
    }
    throw new StartFailure(problem, stderrTail);
  }

  dial({ timeoutMs = DIAL_TIMEOUT_MS, onread }: DialOptions = {}): Promise<Socket> {
    if (this.#route === undefined) throw new Error('An instance is dialled after its start.');
    return this.#route.connect(APP_PORT, timeoutMs, onread);
  }

  async memoryUsedMb(): Promise<number> {
    return (this.#memory?.read() ?? 0) / MIB;
  }

  get memoryPeakMb(): number {
    return (this.#memory?.peakBytes ?? 0) / MIB;
  }

  cpuUsedMs(): number {
    return this.#cpuUsedInAllMs ?? this.#sandbox?.group.cpuUsedMs() ?? 0;
  }

  async freeze(): Promise<boolean> {
    const group = this.#sandbox?.group;
    // The kernel around an app traces its threads, and did not always survive to be held still: such an instance is left running.
    if (this.#spec.isolation === 'strong') return false;
    if (group === undefined || this.#cause !== undefined) return false;
    this.#frozen = true;
    const isFrozen = await group.freezer.freeze();
    if (isFrozen && this.#frozen) {
      this.#memory?.read();
      this.#memory?.pause();
    } else {
      this.#frozen = false;
    }
    return isFrozen;
  }

  endLines(): void {
    this.#output.endLines();
  }

  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#sandbox?.group.freezer.thaw();
    this.#memory?.resume();
  }

  async stop(graceMs: number, mostPreStopMs = Infinity): Promise<void> {
    this.#cause ??= 'STOPPED';
    // What is frozen can be killed, but it cannot hear that it should end.
    if (graceMs > 0) this.thaw();
    if (graceMs > 0 && this.#sandbox?.isAlive()) {
      await this.#tellOfEnd(mostPreStopMs);
      this.#sandbox.askToEnd();
      const timer = new AbortController();
      await Promise.race([this.exited, delay(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    }
    await this.end();
  }

  /** Ends every process at once. */
  end(): Promise<InstanceExit> {
    this.#cause ??= 'STOPPED';
    this.#kill();
    return this.exited;
  }

  /** Undefined when there is nothing to do, or the app did it. Its end meanwhile is told as the initializer's failure. */
  async #initialize(deadline: number): Promise<StartProblem | undefined> {
    const path = this.#spec.initializerPath;
    if (path === undefined) return undefined;
    const call = callLifecycle(() => this.dial(), path, deadline - performance.now());
    const ended = this.exited.then((exit) => ({ kind: 'ENDED', exit }) as const);
    const outcome = await Promise.race([call, ended]);
    switch (outcome.kind) {
      case 'ANSWERED':
        return outcome.status >= 200 && outcome.status < 300 ? undefined : { reason: 'INITIALIZER_FAILED', path, detail: `was answered with status ${outcome.status}` };
      case 'NO_ANSWER': {
        // A connection often breaks before the exit is known.
        const exit = await Promise.race([this.exited, delay(EXIT_NEWS_MS, undefined)]);
        return exit === undefined ? { reason: 'INITIALIZER_FAILED', path, detail: `got no answer (${outcome.detail})` } : this.#endedWhileInitializing(path, exit);
      }
      case 'TOO_LATE':
        return { reason: 'INITIALIZER_TIMED_OUT', path, timeoutMs: this.#spec.startTimeoutMs };
      case 'ENDED':
        return this.#endedWhileInitializing(path, outcome.exit);
      default:
        return outcome satisfies never;
    }
  }

  #endedWhileInitializing(path: string, exit: InstanceExit): StartProblem {
    if (exit.kind === 'EXITED' || exit.kind === 'SIGNALED') return { reason: 'INITIALIZER_FAILED', path, detail: `got no answer, as "bootstrap" ${describeProcessEnd(exit)}` };
    return this.#explainExit(exit);
  }

  /** Once, and only where the app has served: what comes of it changes nothing. */
  async #tellOfEnd(mostMs: number): Promise<void> {
    const { preStop } = this.#spec;
    if (preStop === undefined || this.#route === undefined || this.#toldOfEnd) return;
    this.#toldOfEnd = true;
    const timeoutMs = Math.min(preStop.timeoutMs, mostMs);
    const outcome = await Promise.race([callLifecycle(() => this.dial(), preStop.path, timeoutMs), this.exited]);
    if (outcome.kind === 'TOO_LATE') this.#output.note(`The pre-stop POST ${preStop.path} had not answered after ${timeoutMs} ms; the instance ends without it.`);
    if (outcome.kind === 'NO_ANSWER') this.#output.note(`The pre-stop POST ${preStop.path} got no answer (${outcome.detail}).`);
    if (outcome.kind === 'ANSWERED' && (outcome.status < 200 || outcome.status > 299)) this.#output.note(`The pre-stop POST ${preStop.path} was answered with status ${outcome.status}.`);
  }

  async #launch(): Promise<Route> {
    const spec = this.#spec;
    const { egress } = this.#host;
    const publicAccess = spec.publicAccess === true && !('missing' in egress);
    const launch = launchSandbox(this.#host.sandbox, { ...spec, publicAccess }, this.#cleanup, {
      started: (supervisor, { stdoutFd, stderrFd }) => {
        this.#supervisor = supervisor;
        this.#reading.push(this.#output.read(stdoutFd, 'stdout'), this.#output.read(stderrFd, 'stderr'));
        void supervisor.ended.then(({ code, signal: name, failure }) => this.#supervisorEnded(failure === undefined ? readProcessEnd(code, name) : { kind: 'EXITED', exitCode: 127 }));
      },
    });
    const sandbox = await launch.catch((error: unknown) => {
      // Nothing was started, so nothing will end by itself.
      if (this.#supervisor === undefined) this.#supervisorEnded({ kind: 'EXITED', exitCode: 0 });
      throw error;
    });
    this.#sandbox = sandbox;
    if (spec.publicAccess) await this.#openPublicAccess(sandbox.networkNamespaceFd);
    const route = this.#host.dialer.route(sandbox.networkNamespaceFd);
    this.#cleanup.push(() => route.close());
    this.#route = route;
    const memory = this.#host.memoryWatch.watch(sandbox.memory, spec.memoryMb * MIB, () => {
      this.#cause ??= 'OUT_OF_MEMORY';
      this.#kill();
    });
    this.#memory = memory;
    this.#cleanup.push(() => memory.stop());
    if (this.#cause === undefined) await sandbox.release();
    this.#endBoostLater(sandbox.group);
    return route;
  }

  /** While it starts, an app may have a whole processor, as long as it takes to open its port, but no longer than the boost. */
  #endBoostLater(group: ResourceGroup): void {
    const end = (): void => {
      clearTimeout(timer);
      this.#endBoost = undefined;
      group.limitCpu(this.#spec.cpuMillicores);
    };
    const timer = setTimeout(end, START_BOOST_MS);
    this.#endBoost = end;
    this.#cleanup.push(() => clearTimeout(timer));
  }

  /** Before the app's first instruction, so that it never sees a network that is half there. Without it the app runs all the same. */
  async #openPublicAccess(networkNamespaceFd: number): Promise<void> {
    const { egress } = this.#host;
    if ('missing' in egress) return this.#output.note(`This function has no public access, although it asks for it: ${egress.missing}`);
    try {
      const link = await egress.attach(networkNamespaceFd, (sentence) => this.#output.note(sentence));
      this.#cleanup.push(() => link.close());
    } catch (error) {
      this.#host.logger.warn({ instanceId: this.id, error: (error as Error).message }, 'an instance has no public access');
      this.#output.note('This function has no public access, although it asks for it: the platform could not make its link to the public network.');
    }
  }

  /** The supervisor has ended: makes sure that everything else has, gives everything back and says how it was. */
  async #conclude(end: ProcessEnd): Promise<InstanceExit> {
    const sandbox = this.#sandbox;
    this.#kill();
    const giveUpAt = performance.now() + GONE_TIMEOUT_MS;
    while (sandbox?.isAlive() && performance.now() < giveUpAt) await delay(GONE_POLL_MS);
    if (sandbox !== undefined) collect(sandbox.firstPid);
    const timer = new AbortController();
    const tooLong = delay(OUTPUT_TIMEOUT_MS, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#reading.map(({ ended }) => ended)), tooLong]);
    timer.abort();
    for (const reading of this.#reading) reading.destroy();
    this.#output.finish();
    if ((sandbox?.group.outOfMemoryKills() ?? 0) > 0) this.#cause ??= 'OUT_OF_MEMORY';
    this.#cpuUsedInAllMs = sandbox?.group.cpuUsedMs() ?? 0;
    for (const error of await this.#cleanup.run()) {
      this.#host.logger.warn({ instanceId: this.id, error: (error as Error).message }, 'a resource of an instance was not given back');
    }
    switch (this.#cause) {
      case 'STOPPED':
        return { kind: 'STOPPED' };
      case 'OUT_OF_MEMORY':
        return { kind: 'OUT_OF_MEMORY', memoryMb: this.#spec.memoryMb };
      case undefined:
        return end;
      default:
        return this.#cause satisfies never;
    }
  }

  #kill(): void {
    if (this.#sandbox?.isAlive()) signal(this.#sandbox.firstPid, 'SIGKILL');
    else this.#supervisor?.kill();
  }

  #explainExit(exit: InstanceExit): StartProblem {
    switch (exit.kind) {
      case 'STOPPED':
        return { reason: 'ABORTED' };
      case 'OUT_OF_MEMORY':
        return { reason: 'OUT_OF_MEMORY', memoryMb: exit.memoryMb };
      case 'EXITED':
      case 'SIGNALED':
        return this.#explainProcessEnd(exit);
      default:
        return exit satisfies never;
    }
  }

  /** A sandbox that could not be completed ends as an app might, but for the one line bwrap leaves. */
  #explainProcessEnd(end: ProcessEnd): StartProblem {
    const tail = this.#output.stderrTail();
    const [first = ''] = tail;
    const isBwrap = end.kind === 'EXITED' && end.exitCode === 1 && tail.length === 1 && first.startsWith('bwrap: ');
    return isBwrap ? { reason: 'SANDBOX_FAILED', detail: first } : { reason: 'PROCESS_EXITED', end };
  }
}
