import type { AccountCopy, AccountStanding } from '@windlass/accounts';
import type { KnownRoutes, RouteChange } from '@windlass/gateway/simulation';
import type { Scheduler, SimulatedProcess } from '@windlass/simulation';
import type { KnownFunctions, KnownRevision } from '@windlass/worker/simulation';

/** Whether what is given takes the place of what is kept. */
export type Rule<R> = (kept: R, given: R) => boolean;

// What the statements of the services say. That they do is held by a test on PostgreSQL beside this file.
export const newerAccount: Rule<AccountStanding> = (kept, given) => kept.revision <= given.revision;
export const newerFunction: Rule<KnownRevision> = (kept, given) => kept.revision < given.revision || (kept.revision === given.revision && given.removed);
export const newerRoute: Rule<RouteChange> = (kept, given) => kept.revision < given.revision;

/** A table of a service's database: it outlives the service's processes, and a change of it happens whole or not at all. */
export class SimulatedTable<R> {
  private readonly rows = new Map<string, R>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly keyOf: (row: R) => string,
    private readonly replaces: Rule<R>,
    /** Told every row that takes the place of another. */
    private readonly onReplaced: (before: R, after: R) => void,
  ) {}

  all(): R[] {
    return [...this.rows.values()];
  }

  get(key: string): R | undefined {
    return this.rows.get(key);
  }

  /** Answers the rows that were taken in. */
  put(of: SimulatedProcess, given: readonly R[]): Promise<R[]> {
    return this.scheduler.exchange(of, () => this.apply(given));
  }

  apply(given: readonly R[]): R[] {
    return given.filter((row) => {
      const key = this.keyOf(row);
      const before = this.rows.get(key);
      if (before !== undefined && !this.replaces(before, row)) return false;
      this.rows.set(key, row);
      if (before !== undefined) this.onReplaced(before, row);
      return true;
    });
  }
}

/** What a service's process sees of its table of accounts: the data source and the copy in one. */
export function accountsIn(table: SimulatedTable<AccountStanding>, scheduler: Scheduler, of: SimulatedProcess) {
  // Whoever is given a manager hands it back and knows nothing else of it.
  const manager = undefined as never;
  const copy: Pick<AccountCopy, 'all' | 'keep'> = {
    all: () => scheduler.exchange(of, () => table.all()),
    keep: (_, standings) => table.put(of, standings),
  };
  return { copy, dataSource: { manager, transaction: <T>(work: (within: never) => Promise<T>) => work(manager) } };
}

export function functionsIn(table: SimulatedTable<KnownRevision>, scheduler: Scheduler, of: SimulatedProcess): Pick<KnownFunctions, 'all' | 'keep'> {
  return {
    all: () => scheduler.exchange(of, () => table.all()),
    keep: async (changes) => void (await table.put(of, changes)),
  };
}

export function routesIn(table: SimulatedTable<RouteChange>, scheduler: Scheduler, of: SimulatedProcess): Pick<KnownRoutes, 'all' | 'keep' | 'forgetOldRemovals'> {
  return {
    all: () => scheduler.exchange(of, () => table.all()),
    keep: async (changes) => void (await table.put(of, changes)),
    // Thirty days do not go by in a simulation.
    forgetOldRemovals: async () => undefined,
  };
}
