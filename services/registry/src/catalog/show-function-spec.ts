import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { DataSource } from 'typeorm';
import { FunctionRow } from '../function/function.entity.js';
import type { FunctionRecord } from '../function/function.state.js';
import { functionMissing, LATEST } from '../function/function-urn.js';
import { SecretValues } from '../function/secret-values.js';
import { parseUserData } from '../function/user-data.js';
import { VersionRow } from '../version/version.entity.js';
import { versionMissing } from '../version/version.errors.js';
import { functionSpec } from './function-spec.js';

export class ShowFunctionSpecQuery extends Query<FunctionSpec> {
  constructor(
    readonly funcId: string,
    readonly version: string,
  ) {
    super();
  }
}

@QueryHandler(ShowFunctionSpecQuery)
export class ShowFunctionSpecHandler implements IQueryHandler<ShowFunctionSpecQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: SecretValues,
  ) {}

  /** The whole specification, environment and secrets included: the answer is for the worker that starts the function. */
  async execute({ funcId, version }: ShowFunctionSpecQuery): Promise<FunctionSpec> {
    if (!/^[0-9a-f-]{36}$/.test(funcId)) throw functionMissing(funcId);
    const row = await this.dataSource.manager.findOneBy(FunctionRow, { funcId });
    if (row === null) throw functionMissing(funcId);
    if (version === '' || version === LATEST) return this.whole(row.record, LATEST, row.revision);
    const published = version.includes('\0') ? null : await this.dataSource.manager.findOneBy(VersionRow, { funcId, name: version });
    if (published === null) throw versionMissing(version);
    return this.whole(published.record.function, version, published.revision);
  }

  private whole(record: FunctionRecord, version: string, revision: number): FunctionSpec {
    return { ...functionSpec(record, version, revision), environment: this.environment(record), user_data: record.settings.userData };
  }

  /** Under a customer's key it is opened for each start, and kept by nobody. */
  private environment({ funcId, settings, secrets, environmentSeal }: FunctionRecord): Record<string, string> {
    if (environmentSeal !== undefined) return {};
    const decrypted = Object.entries(secrets).map(([name, value]) => [name, this.secrets.decrypt(funcId, name, value)] as const);
    return { ...parseUserData('user_data', settings.userData), ...Object.fromEntries(decrypted) };
  }
}
