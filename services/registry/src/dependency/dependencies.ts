import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { DependencyVersionRow } from './dependency.entity.js';
import { dependencyMissing, dependencyVersionMissing } from './dependency.errors.js';
import type { DependencyVersion } from './dependency.state.js';

const ID = /^[0-9a-f-]{36}$/;

/** Finds the dependencies of a caller's project. */
@Injectable()
export class Dependencies {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first; FSS.1056 when there is no such dependency. */
  async versions(caller: Caller, dependId: string): Promise<readonly DependencyVersion[]> {
    const rows = ID.test(dependId) ? await this.dataSource.manager.find(DependencyVersionRow, { where: { dependId, projectId: caller.projectId }, order: { number: 'DESC' } }) : [];
    if (rows.length === 0) throw dependencyMissing(dependId);
    return rows.map(({ record }) => record);
  }

  /** By its number, or by its id. FSS.1056 when there is none. */
  async version(caller: Caller, dependId: string, version: string): Promise<DependencyVersion> {
    const found = (await this.versions(caller, dependId)).find(({ id, number }) => id === version || String(number) === version);
    if (found === undefined) throw dependencyVersionMissing(version);
    return found;
  }
}
