import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { UnlockVersionResponse } from '@windlass/contracts/registry/v1/sealed_version_service';
import { DataSource } from 'typeorm';
import { FunctionRow } from '../function/function.entity.js';
import { functionMissing, LATEST } from '../function/function-urn.js';
import type { FunctionRecord } from '../function/function.state.js';
import { parseUserData } from '../function/user-data.js';
import { VersionRow } from '../version/version.entity.js';
import { versionMissing } from '../version/version.errors.js';
import { FunctionSeals } from './function-seals.js';

export class UnlockVersionQuery extends Query<UnlockVersionResponse> {
  constructor(
    readonly funcId: string,
    readonly version: string,
    readonly revision: number,
  ) {
    super();
  }
}

@QueryHandler(UnlockVersionQuery)
export class UnlockVersionHandler implements IQueryHandler<UnlockVersionQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly seals: FunctionSeals,
  ) {}

  /** Data key and environment for one start of an instance. Neither is kept here. */
  async execute({ funcId, version, revision }: UnlockVersionQuery): Promise<UnlockVersionResponse> {
    const record = await this.find(funcId, version, revision);
    const { codeKey, environment } = await this.seals.unlock(record, version);
    return {
      code_key: codeKey ?? Buffer.alloc(0),
      has_environment: environment !== undefined,
      environment: environment === undefined ? {} : { ...parseUserData('user_data', environment.userData), ...environment.secrets },
      user_data: environment?.userData ?? '',
    };
  }

  private async find(funcId: string, version: string, revision: number): Promise<FunctionRecord> {
    const { manager } = this.dataSource;
    if (!/^[0-9a-f-]{36}$/.test(funcId) || version.includes('\0')) throw functionMissing(funcId);
    if (version === LATEST) {
      const row = await manager.findOneBy(FunctionRow, { funcId, revision });
      if (row === null) throw functionMissing(funcId);
      return row.record;
    }
    const published = await manager.findOneBy(VersionRow, { funcId, name: version, revision });
    if (published === null) throw versionMissing(version);
    return published.record.function;
  }
}
