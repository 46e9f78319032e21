import { isDeepStrictEqual } from 'node:util';
import { functionMissing, LATEST } from '../function/function-urn.js';
import type { FunctionEvent, FunctionOwner } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type ActiveFunction, type FunctionState } from '../function/function.state.js';
import { refusal } from '../refusal.js';
import { versionMissing } from '../version/version.errors.js';
import { aliasMissing } from './alias.errors.js';
import type { AdditionalVersion, AliasRecord } from './alias.state.js';

/** Where an alias is to point, read and checked as far as it alone can tell. */
export interface AliasWish {
  readonly urn: string;
  readonly name: string;
  readonly description: string;
  readonly additional: AdditionalVersion | undefined;
  readonly now: string;
}

export interface CreateAlias extends AliasWish {
  readonly version: string;
}

export interface ReplaceAlias extends AliasWish {
  /** Undefined keeps the version the alias has. */
  readonly version: string | undefined;
}

export interface DeleteAlias {
  readonly urn: string;
  readonly name: string;
}

/** Of one function ("Notes and Constraints"). */
const MOST_ALIASES = 10;

function decideCreation(state: FunctionState, wish: CreateAlias): readonly FunctionEvent[] {
  const active = requireActive(state, wish.urn);
  const { name, description, version, additional, now } = wish;
  if (active.aliases.some((alias) => alias.name === name)) {
    throw refusal('conflict', 'FSS.1063', 'ALIAS_EXISTS', `The function already has an alias ${name}.`);
  }
  if (active.aliases.length >= MOST_ALIASES) {
    throw refusal(
      'quota_exceeded',
      'FSS.1043',
      'ALIAS_QUOTA_EXCEEDED',
      `The function has ${MOST_ALIASES} aliases, which is the most it may have. Delete one it no longer needs.`,
    );
  }
  requireTargets(active, name, version, additional);
  const alias: AliasRecord = { name, version, description, ...(additional && { additional }), createdAt: now, modifiedAt: now };
  return [{ type: 'AliasCreated', data: { of: ownerIn(active), alias } }];
}

function decideReplacement(state: FunctionState, wish: ReplaceAlias): readonly FunctionEvent[] {
  const active = requireActive(state, wish.urn);
  const before = active.aliases.find(({ name }) => name === wish.name);
  if (before === undefined) throw aliasMissing(wish.name);
  const { description, additional, now } = wish;
  const version = wish.version ?? before.version;
  requireTargets(active, before.name, version, additional);
  const { name, createdAt, modifiedAt } = before;
  const after: AliasRecord = { name, version, description, ...(additional && { additional }), createdAt, modifiedAt };
  if (isDeepStrictEqual(before, after)) return [];
  return [{ type: 'AliasChanged', data: { of: ownerIn(active), alias: { ...after, modifiedAt: now } } }];
}

function decideDeletion(state: FunctionState, { urn, name }: DeleteAlias): readonly FunctionEvent[] {
  const active = requireActive(state, urn);
  const alias = active.aliases.find((candidate) => candidate.name === name);
  if (alias === undefined) throw aliasMissing(name);
  return [{ type: 'AliasDeleted', data: { of: ownerIn(active), alias } }];
}

function requireActive(state: FunctionState, urn: string): ActiveFunction {
  if (state.status !== 'active') throw functionMissing(urn);
  return state;
}

function ownerIn({ function: { funcId, domainId } }: ActiveFunction): FunctionOwner {
  return { funcId, domainId };
}

/** The versions exist, are two, and no other alias points to the main one ("one version, one alias"). */
function requireTargets({ versions, aliases }: ActiveFunction, name: string, version: string, additional: AdditionalVersion | undefined): void {
  const exists = (wanted: string): boolean => versions.some((candidate) => candidate.name === wanted);
  if (version !== LATEST && !exists(version)) throw versionMissing(version);
  const rival = aliases.find((alias) => alias.version === version && alias.name !== name);
  if (rival !== undefined) {
    throw refusal('conflict', 'FSS.1066', 'VERSION_HAS_ALIAS', `The alias ${rival.name} points to the version ${version} already, and a version has one alias.`);
  }
  if (additional === undefined) return;
  if (additional.version === version) {
    throw refusal('invalid', 'FSS.1093', 'ADDITIONAL_VERSION_IS_MAIN', `${version} is the alias' own version: the additional one must be another.`);
  }
  if (additional.version === LATEST) {
    throw refusal('invalid', 'FSS.1091', 'ADDITIONAL_VERSION_INVALID', 'The additional version must be a published one, not latest.');
  }
  if (!exists(additional.version)) {
    throw refusal('invalid', 'FSS.1091', 'ADDITIONAL_VERSION_INVALID', `The function has no version "${additional.version.slice(0, 80)}" for the additional one.`);
  }
}

export const createAlias = { initial: NO_FUNCTION, decide: decideCreation, evolve: evolveFunction };
export const replaceAlias = { initial: NO_FUNCTION, decide: decideReplacement, evolve: evolveFunction };
export const deleteAlias = { initial: NO_FUNCTION, decide: decideDeletion, evolve: evolveFunction };
