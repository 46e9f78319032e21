import type { RequestFields } from '@windlass/alias-routing';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { AliasCatalog } from './alias-catalog.js';
import type { FunctionCatalog } from './function-catalog.js';

/** Finds what a request is to run: a version, or the one that an alias chooses for it. */
export class VersionFinder {
  constructor(
    private readonly versions: Pick<FunctionCatalog, 'find'>,
    private readonly aliases: Pick<AliasCatalog, 'choose'>,
  ) {}

  /**
   * At once when all is known. `qualifier` is a version, or "!" and the name of an alias; `requiredRevision` is that of the
   * newer of the two. Rejects with an InvocationError.
   */
  find(functionId: string, qualifier: string, requiredRevision: number, fields: RequestFields): FunctionSpec | Promise<FunctionSpec> {
    if (!qualifier.startsWith('!')) return this.versions.find(functionId, qualifier, requiredRevision);
    const chosen = this.aliases.choose(functionId, qualifier.slice(1), requiredRevision, fields);
    if (typeof chosen === 'string') return this.versions.find(functionId, chosen, requiredRevision);
    return chosen.then((version) => this.versions.find(functionId, version, requiredRevision));
  }
}
