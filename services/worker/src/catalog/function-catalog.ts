import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { isWindlassError } from '@windlass/errors';
import { InvocationError } from '../invocation/outcome.js';

/** Asks the registry for the whole definition of a version. Rejects with a WindlassError. */
export type FetchSpec = (functionId: string, version: string) => Promise<FunctionSpec>;

/** What is known without asking: the newest revision that was heard of, and whether it was a removal. */
export interface KnownRevision {
  readonly functionId: string;
  /** Empty: every version of the function. */
  readonly version: string;
  readonly revision: number;
  readonly removed: boolean;
  /** Instances to be kept running of it; 0 for a removal. */
  readonly reserved: number;
}

export interface CatalogListener {
  /** Revisions below this one of that version (empty: of every version) are out of date. */
  superseded(functionId: string, version: string, belowRevision: number): void;
}

interface Entry {
  revision: number;
  removed: boolean;
  /** The registry's whole answer: events carry no environment. Absent until the first request for this revision. */
  spec?: FunctionSpec;
  /** Largest revision a request asked for that the registry has answered since: it is not asked again for less. */
  checkedRevision: number;
}

const MAX_FETCHES = 64;

/**
 * The definitions of functions, in memory. A warm request is answered from here alone; the registry is asked when a version is
 * not known, when a request names a newer revision than ours, and once for each revision that events announced.
 */
export class FunctionCatalog {
  /** By function, then by version; an empty version stands for the whole function. */
  private readonly entries = new Map<string, Map<string, Entry>>();
  private readonly fetches = new Map<string, Promise<FunctionSpec>>();

  constructor(
    private readonly fetchSpec: FetchSpec,
    private readonly listener: CatalogListener,
  ) {}

  /** The definition, at once when it is known. Rejects with an InvocationError. `requiredRevision` 0 takes the newest known. */
  find(functionId: string, version: string, requiredRevision: number): FunctionSpec | Promise<FunctionSpec> {
    const entry = this.entries.get(functionId)?.get(version);
    if (entry?.spec !== undefined && requiredRevision <= entry.checkedRevision) return entry.spec;
    const removed = this.removal(functionId, version);
    if (removed !== undefined && requiredRevision <= removed.revision) {
      return Promise.reject(new InvocationError({ kind: 'FUNCTION_UNKNOWN' }));
    }
    return this.fetch(functionId, version, requiredRevision);
  }

  /** Takes in what an event said. Older news than ours changes nothing. */
  learn(known: KnownRevision): void {
    const entry = this.entries.get(known.functionId)?.get(known.version);
    if (entry !== undefined && entry.revision >= known.revision && entry.removed === known.removed) return;
    if (entry !== undefined && entry.revision > known.revision) return;
    if (this.endedSince(known.functionId, known.revision)) return;
    if (known.removed && known.version === '') this.entries.delete(known.functionId);
    this.keep(known.functionId, known.version, { revision: known.revision, removed: known.removed, checkedRevision: known.revision });
    this.listener.superseded(known.functionId, known.version, known.removed ? Infinity : known.revision);
  }

  /** Whether the function was deleted at that revision or later. */
  private endedSince(functionId: string, revision: number): boolean {
    const whole = this.entries.get(functionId)?.get('');
    return whole?.removed === true && whole.revision >= revision;
  }

  private removal(functionId: string, version: string): Entry | undefined {
    const versions = this.entries.get(functionId);
    const newest = versions?.get(version) ?? versions?.get('');
    return newest?.removed === true ? newest : undefined;
  }

  private keep(functionId: string, version: string, entry: Entry): void {
    let versions = this.entries.get(functionId);
    if (versions === undefined) this.entries.set(functionId, (versions = new Map()));
    versions.set(version, entry);
  }

  private fetch(functionId: string, version: string, requiredRevision: number): Promise<FunctionSpec> {
    const name = nameOf(functionId, version);
    const running = this.fetches.get(name);
    // It may have been asked before what this request needs came to be: the answer is looked at anew, and asked for if need be.
    if (running !== undefined) return running.then(() => this.find(functionId, version, requiredRevision));
    if (this.fetches.size >= MAX_FETCHES) return Promise.reject(new InvocationError({ kind: 'CATALOG_UNAVAILABLE' }));
    const fetch = this.fetchSpec(functionId, version)
      .then(
        (spec) => this.fetched(spec, requiredRevision),
        (error: unknown) => {
          const unknown = isWindlassError(error) && error.kind === 'not_found';
          throw new InvocationError({ kind: unknown ? 'FUNCTION_UNKNOWN' : 'CATALOG_UNAVAILABLE' });
        },
      )
      .finally(() => this.fetches.delete(name));
    this.fetches.set(name, fetch);
    return fetch;
  }

  private fetched(spec: FunctionSpec, requiredRevision: number): FunctionSpec {
    const entry = this.entries.get(spec.func_id)?.get(spec.version);
    // An event overtook the answer: the next request asks again.
    if (entry !== undefined && entry.revision > spec.revision) return spec;
    // The same, of the function's end: kept, the definition would be served for ever.
    if (this.endedSince(spec.func_id, spec.revision)) return spec;
    this.keep(spec.func_id, spec.version, {
      revision: spec.revision,
      removed: false,
      spec,
      checkedRevision: Math.max(spec.revision, requiredRevision),
    });
    this.listener.superseded(spec.func_id, spec.version, spec.revision);
    return spec;
  }
}

function nameOf(functionId: string, version: string): string {
  return `${functionId}:${version}`;
}
