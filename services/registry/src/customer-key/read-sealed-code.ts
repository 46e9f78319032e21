import { randomUUID } from 'node:crypto';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { CheckSlots } from '../code-package/check-slots.js';
import { packageNotFound } from '../code-package/package-store.js';
import { FunctionRow } from '../function/function.entity.js';
import type { FunctionRecord } from '../function/function.state.js';
import { LATEST } from '../function/function-urn.js';
import { VersionRow } from '../version/version.entity.js';
import { FunctionSeals } from './function-seals.js';

/** The package that lies encrypted under a digest, as it was uploaded. */
export class ReadSealedCodeQuery extends Query<Buffer> {
  constructor(readonly storedDigest: string) {
    super();
  }
}

@QueryHandler(ReadSealedCodeQuery)
export class ReadSealedCodeHandler implements IQueryHandler<ReadSealedCodeQuery> {
  /** A whole package lies in memory for each of them. */
  private readonly slots = new CheckSlots(2, 14);

  constructor(
    private readonly dataSource: DataSource,
    private readonly seals: FunctionSeals,
  ) {}

  /** Whoever has the digest was let read the code when it was given to it; the function's agency must still be able to open it. */
  async execute({ storedDigest }: ReadSealedCodeQuery): Promise<Buffer> {
    const found = await this.find(storedDigest);
    const content = found && (await this.slots.use(() => this.seals.serveCode(found.record, found.version, randomUUID())));
    if (content === undefined) throw packageNotFound();
    return content;
  }

  /** A stored package belongs to one function; of it, to the working version or those that were published with it. */
  private async find(codeDigest: string): Promise<{ readonly record: FunctionRecord; readonly version: string } | undefined> {
    if (!/^[0-9a-f]{128}$/.test(codeDigest)) return undefined;
    const { manager } = this.dataSource;
    const row = await manager.findOneBy(FunctionRow, { codeDigest });
    if (row !== null) return { record: row.record, version: LATEST };
    const published = await manager.findOneBy(VersionRow, { codeDigest });
    return published === null ? undefined : { record: published.record.function, version: published.name };
  }
}
