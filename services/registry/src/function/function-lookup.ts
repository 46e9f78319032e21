import { Injectable } from '@nestjs/common';
import { reachesEnterpriseProject } from '@windlass/principal';
import { DataSource } from 'typeorm';
import { AliasRow } from '../alias/alias.entity.js';
import { aliasMissing, aliasNotAccepted } from '../alias/alias.errors.js';
import type { AliasRecord } from '../alias/alias.state.js';
import type { Caller } from '../caller/caller.js';
import { Region } from '../region.js';
import { VersionRow } from '../version/version.entity.js';
import { versionFixed, versionMissing } from '../version/version.errors.js';
import { functionStream } from './function.events.js';
import { FunctionRow } from './function.entity.js';
import type { FunctionRecord } from './function.state.js';
import { functionMissing, LATEST, parseFunctionUrn, qualifierText, type FunctionAddress, type Qualifier } from './function-urn.js';

/** What a URN means: a function, and of it the working version, a published one, or what an alias points to. */
export interface LocatedFunction {
  readonly row: FunctionRow;
  /** As the URN names it: "latest", the name of a version, or "!" and that of an alias. */
  readonly qualifier: string;
  /** "latest" or the name of a version. */
  readonly version: string;
  readonly description: string;
  /** The function as that version has it. */
  readonly record: FunctionRecord;
  /** What workers know that version by, and where an alias names it, the alias too: the newer of the two. */
  readonly revision: number;
  readonly alias?: AliasRecord;
}

/** Finds the caller's functions by URN. */
@Injectable()
export class FunctionLookup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly region: Region,
  ) {}

  /** Whose function a URN means, whether it exists or not. */
  address(caller: Caller, urn: string): FunctionAddress {
    return parseFunctionUrn(urn, { region: this.region.name, projectId: caller.projectId });
  }

  /**
   * The function, for what concerns its working version or all of it. FSS.1051 when there is no such function, FSS.1052 or
   * FSS.1053 when it has no such version or alias, FSS.1015 for a version that is published.
   */
  async find(caller: Caller, urn: string): Promise<FunctionRow> {
    const { row, version, alias } = await this.locate(caller, urn);
    if (alias !== undefined) throw aliasNotAccepted();
    if (version !== LATEST) throw versionFixed(version);
    return row;
  }

  /** What the URN means; fails as `find`, but that published versions and aliases are found. */
  async locate(caller: Caller, urn: string): Promise<LocatedFunction> {
    const address = this.address(caller, urn);
    const row = await this.byAddress(address);
    // Beyond the reach of the caller's permissions it is not there.
    if (row === undefined || !reachesEnterpriseProject(caller.principal, row.enterpriseProjectId)) throw functionMissing(urn);
    return this.qualified(row, address.qualifier);
  }

  async byAddress(of: { projectId: string; package: string; name: string }): Promise<FunctionRow | undefined> {
    return (await this.dataSource.manager.findOneBy(FunctionRow, { streamId: functionStream(of) })) ?? undefined;
  }

  private async qualified(row: FunctionRow, qualifier: Qualifier): Promise<LocatedFunction> {
    const text = qualifierText(qualifier);
    switch (qualifier.kind) {
      case 'none':
        return this.ofVersion(row, text, LATEST);
      case 'version':
        return this.ofVersion(row, text, qualifier.version);
      case 'alias': {
        const found = await this.dataSource.manager.findOneBy(AliasRow, { funcId: row.funcId, name: qualifier.alias });
        if (found === null) throw aliasMissing(qualifier.alias);
        const { record: alias, revision } = found;
        const target = await this.ofVersion(row, text, alias.version);
        return { ...target, alias, revision: Math.max(target.revision, revision) };
      }
      default:
        return qualifier satisfies never;
    }
  }

  private async ofVersion(row: FunctionRow, qualifier: string, version: string): Promise<LocatedFunction> {
    if (version === LATEST) return { row, qualifier, version, description: '', record: row.record, revision: row.revision };
    const found = await this.dataSource.manager.findOneBy(VersionRow, { funcId: row.funcId, name: version });
    if (found === null) throw versionMissing(version);
    const { record, revision } = found;
    return { row, qualifier, version, description: record.description, record: record.function, revision };
  }
}
