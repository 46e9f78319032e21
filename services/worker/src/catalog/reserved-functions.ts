import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { KnownRevision } from './function-catalog.js';

export interface ReservedFunctionsOptions {
  readonly find: (functionId: string, version: string, revision: number) => FunctionSpec | Promise<FunctionSpec>;
  /** Has the instances running that the definition reserves. Told again and again; once is enough. */
  readonly keep: (spec: FunctionSpec) => void;
  readonly mayRun: (domainId: string) => boolean;
}

const LOOK_EVERY_MS = 1_000;
/** Definitions asked for at once; the rest have their turn a second later. */
const MOST_FETCHES = 16;

/**
 * The versions that have reserved instances. Those run before anybody calls, so their definitions are asked for ahead, and again while
 * the registry does not answer.
 */
export class ReservedFunctions {
  private readonly wanted = new Map<string, KnownRevision>();
  private readonly asking = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: ReservedFunctionsOptions) {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  learn(known: KnownRevision): void {
    if (known.removed && known.version === '') {
      for (const [name, { functionId }] of this.wanted) if (functionId === known.functionId) this.wanted.delete(name);
      return;
    }
    const name = `${known.functionId}:${known.version}`;
    if ((this.wanted.get(name)?.revision ?? 0) > known.revision) return;
    if (known.removed || known.reserved === 0) this.wanted.delete(name);
    else this.wanted.set(name, known);
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** What is found is told at once; what must be fetched, when it is there. */
  look(): void {
    for (const [name, { functionId, version, revision }] of this.wanted) {
      if (this.asking.has(name) || this.asking.size >= MOST_FETCHES) continue;
      const found = this.options.find(functionId, version, revision);
      if (!(found instanceof Promise)) {
        this.keep(found);
        continue;
      }
      this.asking.add(name);
      // One that cannot be had is asked for again the next time.
      void found.then((spec) => this.keep(spec), () => undefined).finally(() => this.asking.delete(name));
    }
  }

  private keep(spec: FunctionSpec): void {
    if (this.options.mayRun(spec.domain_id)) this.options.keep(spec);
  }
}
