import { Injectable } from '@nestjs/common';
import { reachesEnterpriseProject } from '@windlass/principal';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { Region } from '../region.js';
import { functionStream } from './function.events.js';
import { FunctionRow } from './function.entity.js';
import { functionMissing, parseFunctionUrn, requireLatest, type FunctionAddress } from './function-urn.js';

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

  /** FSS.1051 when there is no such function; FSS.1052 or FSS.1053 when it has no such version or alias. */
  async find(caller: Caller, urn: string): Promise<FunctionRow> {
    const address = this.address(caller, urn);
    const row = await this.byAddress(address);
    // Beyond the reach of the caller's permissions it is not there.
    if (row === undefined || !reachesEnterpriseProject(caller.principal, row.enterpriseProjectId)) throw functionMissing(urn);
    requireLatest(address.qualifier);
    return row;
  }

  async byAddress(of: { projectId: string; package: string; name: string }): Promise<FunctionRow | undefined> {
    return (await this.dataSource.manager.findOneBy(FunctionRow, { streamId: functionStream(of) })) ?? undefined;
  }
}
