import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { TenantFolders } from './tenant-folders.js';

describe('folders of tenants', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'windlass-tenants-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('are made for the first group, prepared once, and gone with the last', () => {
    const prepared: string[] = [];
    const folders = new TenantFolders(parent, (folder) => void prepared.push(basename(folder)));
    const folder = folders.enter('acme');
    expect(folders.enter('acme')).toBe(folder);
    folders.leave('acme');
    expect(existsSync(folder)).toBe(true);
    folders.leave('acme');
    expect(existsSync(folder)).toBe(false);
    folders.enter('acme');
    expect(prepared).toEqual(['tenant-acme', 'tenant-acme']);
  });

  it('are one for each tenant, and below their parent whatever a tenant is called', () => {
    const folders = new TenantFolders(parent);
    for (const tenant of ['acme', 'ACME', '../out', 'a/b', '', 'x'.repeat(300)]) folders.enter(tenant);
    expect(readdirSync(parent)).toHaveLength(6);
  });
});
