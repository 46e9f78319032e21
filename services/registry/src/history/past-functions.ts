import { Injectable } from '@nestjs/common';
import { reachesEnterpriseProject } from '@windlass/principal';
import { History, type Moment } from '@windlass/resource-history';
import { aliasMissing, aliasNotAccepted } from '../alias/alias.errors.js';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { functionStream } from '../function/function.events.js';
import type { ActiveFunction, FunctionRecord } from '../function/function.state.js';
import { functionMissing, LATEST, qualifierText } from '../function/function-urn.js';
import { versionFixed, versionMissing } from '../version/version.errors.js';
import { functionResource } from './registry-resources.js';

/** What a URN meant at a moment. */
export interface PastFunction {
  readonly state: ActiveFunction;
  /** As the URN names it: "latest", the name of a version, or "!" and that of an alias. */
  readonly qualifier: string;
  readonly version: string;
  readonly description: string;
  /** The function as that version had it. */
  readonly record: FunctionRecord;
}

/** The caller's functions as they were. What today's grants reach is judged by where a function lay then. */
@Injectable()
export class PastFunctions {
  constructor(
    private readonly history: History,
    private readonly lookup: FunctionLookup,
  ) {}

  moment(caller: Caller, text: string, parameter?: string): Promise<Moment> {
    return this.history.moment(caller.domainId, text, parameter);
  }

  /** The function as a whole; undefined when there was none then, or beyond what the caller reaches. */
  async find(caller: Caller, urn: string, moment: Moment): Promise<ActiveFunction | undefined> {
    const state = await this.history.stateAt(functionResource, caller.domainId, functionStream(this.lookup.address(caller, urn)), moment);
    return state?.status === 'active' && reaches(caller, state.function) ? state : undefined;
  }

  /** FSS.1051 when there was no such function then; FSS.1052 or FSS.1053 when it had no such version or alias. */
  async locate(caller: Caller, urn: string, moment: Moment): Promise<PastFunction> {
    const { qualifier } = this.lookup.address(caller, urn);
    const state = await this.find(caller, urn, moment);
    if (state === undefined) throw functionMissing(urn);
    const text = qualifierText(qualifier);
    if (qualifier.kind === 'none') return ofVersion(state, text, LATEST);
    if (qualifier.kind === 'version') return ofVersion(state, text, qualifier.version);
    const alias = state.aliases.find(({ name }) => name === qualifier.alias);
    if (alias === undefined) throw aliasMissing(qualifier.alias);
    return ofVersion(state, text, alias.version);
  }

  /** The function, for a read of all of it: fails as `FunctionLookup.find` does for a version that is published, and for an alias. */
  async locateWhole(caller: Caller, urn: string, moment: Moment): Promise<PastFunction> {
    const located = await this.locate(caller, urn, moment);
    if (located.qualifier.startsWith('!')) throw aliasNotAccepted();
    if (located.version !== LATEST) throw versionFixed(located.version);
    return located;
  }

  /** All functions of the account that the caller reached then, in no order. */
  async all(caller: Caller, moment: Moment): Promise<readonly FunctionRecord[]> {
    const states = await this.history.statesAt(functionResource, caller.domainId, moment);
    return [...states.values()].flatMap((state) => (state.status === 'active' && reaches(caller, state.function) ? [state.function] : []));
  }
}

export function enterpriseProjectOf({ settings }: Pick<FunctionRecord, 'settings'>): string {
  return settings.enterpriseProjectId;
}

function reaches(caller: Caller, record: FunctionRecord): boolean {
  return reachesEnterpriseProject(caller.principal, enterpriseProjectOf(record));
}

function ofVersion(state: ActiveFunction, qualifier: string, version: string): PastFunction {
  if (version === LATEST) return { state, qualifier, version, description: '', record: state.function };
  const found = state.versions.find(({ name }) => name === version);
  if (found === undefined) throw versionMissing(version);
  return { state, qualifier, version, description: found.description, record: found.function };
}
