import { followAccounts, KnownAccounts, type AccountStanding } from '@windlass/accounts';
import type { BusMessage, ConsumeOptions, EventBus } from '@windlass/event-bus';
import type { DomainEvent, Position, StoredEvent } from '@windlass/event-store';
import { followRouteEvents, RouteTable, type RouteChange } from '@windlass/gateway/simulation';
import { publishAccount } from '@windlass/iam/simulation';
import { publishedEvent } from '@windlass/registry/simulation';
import { newCheckpoint, runSimulatedRelay, SimulatedBroker, SimulatedEventBus, SimulatedEventLog, SimulatedProcess, type BusFaults, type Scheduler } from '@windlass/simulation';
import { AliasCatalog, followFunctionEvents, FunctionCatalog, ReservedFunctions, VersionFinder, type KnownRevision } from '@windlass/worker/simulation';
import { accountsIn, functionsIn, newerAccount, newerFunction, newerRoute, routesIn, SimulatedTable, type Rule } from './copies.js';
import type { Observer } from './observer.js';
import { showFunctionAlias, showFunctionSpec } from './sources.js';

/** What a test of the simulator itself replaces by something broken. */
export interface Parts {
  readonly replacesAccount: Rule<AccountStanding>;
  readonly readLog: (log: SimulatedEventLog, after: Position, limit: number) => readonly StoredEvent[];
  readonly translateForRelay: (translate: Translate) => Translate;
  readonly onMessages: (handle: ConsumeOptions['onMessages']) => ConsumeOptions['onMessages'];
  /** Whether a gateway that starts reads what it kept. */
  readonly readsKeptRoutes: boolean;
  readonly keepsCheckpointFirst: boolean;
}

const SLOW_CALLS = { share: 0.3, milliseconds: 1_500 };

type Translate = (event: StoredEvent<DomainEvent>) => BusMessage | undefined | readonly BusMessage[];

export const REAL_PARTS: Parts = {
  replacesAccount: newerAccount,
  readLog: (log, after, limit) => log.readSettled(after, limit),
  translateForRelay: (translate) => translate,
  onMessages: (handle) => handle,
  readsKeptRoutes: true,
  keepsCheckpointFirst: false,
};

export const PROGRAMS = ['iam', 'registry-1', 'registry-2', 'worker', 'gateway'] as const;
export type Program = (typeof PROGRAMS)[number];

/** Groups whose copy of accounts is kept. The two processes of the registry share one. */
export const ACCOUNT_COPIES = ['registry', 'worker', 'gateway'] as const;

/** A message that one group cannot handle until it is mended. */
export interface Poison {
  readonly group: string;
  readonly messageId: string;
}

/** The services of a platform that pass events to each other, each with its own tables, its processes and the one bus. */
export class SimulatedPlatform {
  readonly iam: SimulatedEventLog;
  readonly registry: SimulatedEventLog;
  readonly broker: SimulatedBroker;
  readonly accounts: Readonly<Record<(typeof ACCOUNT_COPIES)[number], SimulatedTable<AccountStanding>>>;
  readonly functions: SimulatedTable<KnownRevision>;
  readonly routes: SimulatedTable<RouteChange>;
  /** What processes know in memory: new with each start. */
  readonly memory: { worker?: { accounts: KnownAccounts; finder: VersionFinder; process: SimulatedProcess }; gateway?: { accounts: KnownAccounts; routes: RouteTable; process: SimulatedProcess } } = {};
  poison: Poison | undefined;

  private readonly processes = new Map<Program, SimulatedProcess>();
  private readonly checkpoints = { iam: newCheckpoint(), registry: newCheckpoint() };

  constructor(
    readonly scheduler: Scheduler,
    private readonly observer: Observer,
    private readonly faults: BusFaults,
    private readonly parts: Parts,
  ) {
    this.iam = new SimulatedEventLog(scheduler);
    this.registry = new SimulatedEventLog(scheduler);
    this.broker = new SimulatedBroker(scheduler);
    const accounts = (service: string): SimulatedTable<AccountStanding> =>
      new SimulatedTable(scheduler, ({ domainId }) => domainId, parts.replacesAccount, (before, after) => observer.accountKept(service, before, after));
    this.accounts = { registry: accounts('registry'), worker: accounts('worker'), gateway: accounts('gateway') };
    this.functions = new SimulatedTable<KnownRevision>(scheduler, ({ functionId, version }) => `${functionId}:${version}`, newerFunction, () => undefined);
    this.routes = new SimulatedTable<RouteChange>(scheduler, ({ routeId }) => routeId, newerRoute, () => undefined);
  }

  process(program: Program): SimulatedProcess {
    const found = this.processes.get(program);
    if (found === undefined) throw new Error(`${program} was never started`);
    return found;
  }

  start(program: Program): void {
    const process = new SimulatedProcess(program);
    this.processes.set(program, process);
    this.scheduler.tell(() => `${program} starts`);
    // A service that cannot start is started again, by whoever supervises it.
    void this.run(program, process).catch((error: unknown) => {
      this.scheduler.tell(() => `${program} ends: ${String(error)}`);
      process.crash();
      this.scheduler.after(100, this.world, () => this.start(program));
    });
  }

  crash(program: Program, restartAfter: number): void {
    if (!this.process(program).alive) return;
    this.scheduler.tell(() => `${program} is killed`);
    this.process(program).crash();
    this.scheduler.after(restartAfter, this.world, () => this.start(program));
  }

  /** Whether everything that happened has arrived everywhere, but for what waits behind stopped keys. */
  get quiet(): boolean {
    const told = (['iam', 'registry'] as const).every((service) => {
      const last = this[service].everything().at(-1);
      return !this[service].isWriting && (last === undefined || (this.checkpoints[service].at.globalPosition === last.globalPosition && this.checkpoints[service].at.transactionId === last.transactionId));
    });
    const up = PROGRAMS.every((program) => this.process(program).alive) && this.memory.worker?.process === this.process('worker') && this.memory.gateway?.process === this.process('gateway');
    return told && up && this.broker.lags().every(({ behind }) => behind === 0);
  }

  /** Of no service: it never crashes. */
  readonly world = new SimulatedProcess('world');

  private async run(program: Program, process: SimulatedProcess): Promise<void> {
    const bus = this.connect(process);
    switch (program) {
      case 'iam':
        return this.relay('iam', process, bus, publishAccount);
      case 'registry-1':
        await this.followAccounts('registry', 'registry.accounts', process, bus);
        return this.relay('registry', process, bus, publishedEvent);
      case 'registry-2':
        await this.followAccounts('registry', 'registry.accounts', process, bus);
        return;
      case 'worker':
        return this.runWorker(process, bus);
      case 'gateway':
        return this.runGateway(process, bus);
      default:
        return program satisfies never;
    }
  }

  private async runWorker(process: SimulatedProcess, bus: EventBus): Promise<void> {
    const { scheduler, registry } = this;
    const accounts = new KnownAccounts();
    await this.followAccounts('worker', 'worker.w1.accounts', process, bus, (standing) => accounts.learn(standing));
    const catalog = new FunctionCatalog((funcId, version) => this.call(process, () => showFunctionSpec(registry, funcId, version)), { superseded: () => undefined });
    const aliases = new AliasCatalog((funcId, name) => this.call(process, () => showFunctionAlias(registry, funcId, name)));
    const finder = new VersionFinder(catalog, aliases);
    const reserved = new ReservedFunctions({ find: () => Promise.reject(new Error('nothing is reserved')), keep: () => undefined, mayRun: () => true });
    // It looks by itself, by the real clock, for what is reserved; nothing is.
    reserved.close();
    await followFunctionEvents({ bus, workerId: 'w1', catalog, aliases, kept: functionsIn(this.functions, scheduler, process), reserved });
    this.memory.worker = { accounts, finder, process };
  }

  private async runGateway(process: SimulatedProcess, bus: EventBus): Promise<void> {
    const routes = new RouteTable();
    const kept = routesIn(this.routes, this.scheduler, process);
    await followRouteEvents({ bus, gatewayId: 'g1', table: routes, kept: this.parts.readsKeptRoutes ? kept : { ...kept, all: async () => [] } });
    const accounts = new KnownAccounts();
    await this.followAccounts('gateway', 'gateway.g1.accounts', process, bus, (standing) => accounts.learn(standing));
    this.memory.gateway = { accounts, routes, process };
  }

  private async followAccounts(service: (typeof ACCOUNT_COPIES)[number], group: string, process: SimulatedProcess, bus: EventBus, learn?: (standing: AccountStanding) => void): Promise<void> {
    const told = (standing: AccountStanding): void => {
      this.observer.accountLearned(service, standing);
      learn?.(standing);
    };
    await followAccounts({ bus, ...accountsIn(this.accounts[service], this.scheduler, process), group, ...(learn === undefined ? {} : { learn: told }) });
  }

  /** A call of another service, whose answer may take its time. */
  private async call<T>(process: SimulatedProcess, answer: () => T): Promise<T> {
    const { scheduler } = this;
    const given = await scheduler.exchange(process, answer);
    if (scheduler.random.chance(SLOW_CALLS.share)) await scheduler.sleep(scheduler.random.below(SLOW_CALLS.milliseconds), process);
    return given;
  }

  private relay(service: 'iam' | 'registry', process: SimulatedProcess, bus: EventBus, translate: Translate): Promise<never> {
    const log = this[service];
    const checkpoint = this.checkpoints[service];
    const read = (after: Position, limit: number): readonly StoredEvent[] => {
      const events = this.parts.readLog(log, after, limit);
      if (this.parts.keepsCheckpointFirst) checkpoint.at = events.at(-1) ?? checkpoint.at;
      return events;
    };
    return runSimulatedRelay({ scheduler: this.scheduler, process, bus, translate: this.parts.translateForRelay(translate), read, checkpoint });
  }

  private connect(process: SimulatedProcess): EventBus {
    const { scheduler, broker } = this;
    const bus = new SimulatedEventBus({ broker, scheduler, process, faults: this.faults });
    const consume = bus.consume.bind(bus);
    bus.consume = (options) => {
      const handle = this.parts.onMessages(options.onMessages);
      return consume({
        ...options,
        onMessages: async (messages) => {
          if (this.poison?.group === options.group && messages.some(({ id }) => id === this.poison?.messageId)) throw new Error('indigestible');
          scheduler.tell(() => `${options.group} is given ${messages.map(({ id }) => id).join(', ')}`);
          await handle(messages);
        },
      });
    };
    return bus;
  }
}
