import { createHash } from 'node:crypto';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const PLAIN_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * A folder for each tenant that has groups, so that the kernel divides the processor between tenants before it divides it between the
 * instances of one: whoever has a hundred gets no more of it than whoever has one.
 */
export class TenantFolders {
  /** How many groups are in it. */
  readonly #users = new Map<string, number>();

  /** `prepare`: what a new folder needs before groups are made in it. */
  constructor(
    private readonly parent: string,
    private readonly prepare: (folder: string) => void = () => undefined,
  ) {}

  /** The folder of a tenant, for one more group. `leave` gives it back once. */
  enter(tenant: string): string {
    const folder = this.#folderOf(tenant);
    const users = this.#users.get(folder) ?? 0;
    if (users === 0) {
      mkdirSync(folder, { recursive: true });
      this.prepare(folder);
    }
    this.#users.set(folder, users + 1);
    return folder;
  }

  /** The group is removed. The last one takes the folder along. */
  leave(tenant: string): void {
    const folder = this.#folderOf(tenant);
    const users = (this.#users.get(folder) ?? 0) - 1;
    if (users > 0) return void this.#users.set(folder, users);
    this.#users.delete(folder);
    // At once, so that nobody enters meanwhile. It is empty: it held groups only, and they are gone.
    rmdirSync(folder);
  }

  #folderOf(tenant: string): string {
    const name = PLAIN_NAME.test(tenant) ? tenant : createHash('sha256').update(tenant).digest('hex').slice(0, 32);
    return join(this.parent, `tenant-${name}`);
  }
}
