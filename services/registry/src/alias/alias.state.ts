import type { AliasTargets } from '@windlass/alias-routing';
import type { FunctionState } from '../function/function.state.js';

/** A rule as the tenant wrote it: clients compare what they read with what they sent. */
export interface WrittenRule {
  readonly rule_type: string;
  readonly param: string;
  readonly op: string;
  readonly value: string;
}

/** Which other version takes a part of an alias' requests, and which part. */
export type AdditionalVersion =
  | { readonly kind: 'weight'; readonly version: string; readonly percent: number }
  | { readonly kind: 'rules'; readonly version: string; readonly combineType: string; readonly rules: readonly WrittenRule[] };

export interface AliasRecord {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Absent: all requests go to `version`. */
  readonly additional?: AdditionalVersion;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

export function additionalVersionOf(alias: Pick<AliasRecord, 'additional'>): string | undefined {
  return alias.additional?.version;
}

/** The alias as requests are sent by it. */
export function aliasTargets({ version, additional }: Pick<AliasRecord, 'version' | 'additional'>): AliasTargets {
  if (additional === undefined) return { version };
  if (additional.kind === 'weight') return { version, additional: { version: additional.version, share: { kind: 'weight', percent: additional.percent } } };
  const rules = additional.rules.map(({ rule_type, param, op, value }) => ({
    source: rule_type.toLowerCase() === 'cookie' ? ('cookie' as const) : ('header' as const),
    name: param,
    values: op === 'in' ? value.split(',').map((one) => one.trim()) : [value],
  }));
  const match = additional.combineType.toLowerCase() === 'or' ? 'any' : 'all';
  return { version, additional: { version: additional.version, share: { kind: 'rules', rules, match } } };
}

/** The alias after a command that leaves it; anything else is a mistake of this program. */
export function activeAlias(state: FunctionState, name: string): AliasRecord {
  const found = state.status === 'active' ? state.aliases.find((alias) => alias.name === name) : undefined;
  if (found === undefined) throw new Error(`the function is ${state.status} and has no alias ${name}, must have it`);
  return found;
}
