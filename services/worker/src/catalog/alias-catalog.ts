import { chooseVersion, type AliasTargets, type RequestFields, type RoutingRule } from '@windlass/alias-routing';
import { AliasRule_Source, type FunctionAlias } from '@windlass/contracts/registry/v1/catalog';
import { isWindlassError } from '@windlass/errors';
import { InvocationError } from '../invocation/outcome.js';

/** Asks the registry for an alias. Rejects with a WindlassError. */
export type FetchAlias = (functionId: string, alias: string) => Promise<FunctionAlias>;

interface Entry {
  readonly revision: number;
  /** Undefined: the alias was deleted. */
  readonly targets: AliasTargets | undefined;
  /** Largest revision a request asked for that is known to be covered. */
  checkedRevision: number;
  /** Requests of this alias so far: what a weight is counted by. */
  turn: number;
}

const MAX_FETCHES = 64;

/**
 * Where aliases point, in memory. Events tell all of an alias, so the registry is asked only for one that this worker has
 * not heard of since it started, or when a request needs a newer one.
 */
export class AliasCatalog {
  private readonly functions = new Map<string, Map<string, Entry>>();
  private readonly fetches = new Map<string, Promise<void>>();

  constructor(private readonly fetchAlias: FetchAlias) {}

  /** The version that a request to the alias goes to. Rejects with an InvocationError. */
  choose(functionId: string, alias: string, requiredRevision: number, fields: RequestFields): string | Promise<string> {
    const entry = this.entry(functionId, alias);
    if (entry === undefined || entry.checkedRevision < requiredRevision) return this.chooseFetched(functionId, alias, requiredRevision, fields);
    return chosen(entry, fields);
  }

  learn(alias: FunctionAlias): void {
    this.put(alias.func_id, alias.name, alias.revision, targetsOf(alias), alias.revision);
  }

  /** Takes in that an alias was deleted. */
  forget(functionId: string, alias: string, revision: number): void {
    this.put(functionId, alias, revision, undefined, revision);
  }

  /** Takes in that the function was deleted, with all its aliases. */
  forgetFunction(functionId: string): void {
    this.functions.delete(functionId);
  }

  private entry(functionId: string, alias: string): Entry | undefined {
    return this.functions.get(functionId)?.get(alias);
  }

  private async chooseFetched(functionId: string, alias: string, requiredRevision: number, fields: RequestFields): Promise<string> {
    const running = this.fetches.get(`${functionId}:${alias}`);
    if (running !== undefined) {
      // It may have been asked before what this request needs came to be.
      await running;
      return this.choose(functionId, alias, requiredRevision, fields);
    }
    await this.fetch(functionId, alias, requiredRevision);
    const entry = this.entry(functionId, alias);
    if (entry === undefined) throw new InvocationError({ kind: 'FUNCTION_UNKNOWN' });
    return chosen(entry, fields);
  }

  private fetch(functionId: string, alias: string, requiredRevision: number): Promise<void> {
    const name = `${functionId}:${alias}`;
    if (this.fetches.size >= MAX_FETCHES) return Promise.reject(new InvocationError({ kind: 'CATALOG_UNAVAILABLE' }));
    const fetch = this.fetchAlias(functionId, alias)
      .then(
        (found) => this.put(functionId, alias, found.revision, targetsOf(found), Math.max(found.revision, requiredRevision)),
        (error: unknown) => {
          const unknown = isWindlassError(error) && error.kind === 'not_found';
          throw new InvocationError({ kind: unknown ? 'FUNCTION_UNKNOWN' : 'CATALOG_UNAVAILABLE' });
        },
      )
      .finally(() => this.fetches.delete(name));
    this.fetches.set(name, fetch);
    return fetch;
  }

  /** Older news than what is known changes nothing. A new mix is counted from its start. */
  private put(functionId: string, alias: string, revision: number, targets: AliasTargets | undefined, checkedRevision: number): void {
    const known = this.entry(functionId, alias);
    if (known !== undefined && known.revision >= revision) {
      known.checkedRevision = Math.max(known.checkedRevision, checkedRevision);
      return;
    }
    const aliases = this.functions.get(functionId) ?? new Map<string, Entry>();
    aliases.set(alias, { revision, targets, checkedRevision, turn: 0 });
    this.functions.set(functionId, aliases);
  }
}

function chosen(entry: Entry, fields: RequestFields): string | Promise<string> {
  if (entry.targets === undefined) return Promise.reject(new InvocationError({ kind: 'FUNCTION_UNKNOWN' }));
  return chooseVersion(entry.targets, entry.turn++, fields);
}

function targetsOf({ version, additional_version, weight, rules, any_rule }: FunctionAlias): AliasTargets {
  if (additional_version === '') return { version };
  if (rules.length === 0) return { version, additional: { version: additional_version, share: { kind: 'weight', percent: weight } } };
  const share = { kind: 'rules', rules: rules.flatMap(ruleOf), match: any_rule ? 'any' : 'all' } as const;
  return { version, additional: { version: additional_version, share } };
}

/** A rule on something that a newer registry knows and we do not matches nothing. */
function ruleOf({ source, name, values }: FunctionAlias['rules'][number]): RoutingRule[] {
  switch (source) {
    case AliasRule_Source.HEADER:
      return [{ source: 'header', name, values }];
    case AliasRule_Source.COOKIE:
      return [{ source: 'cookie', name, values }];
    default:
      return [{ source: 'header', name: '', values: [] }];
  }
}
