import { Dependency, CreateDependencyVersionRequest, ListDependenciesRequest } from '@windlass/contracts/registry/v1/dependency_service';
import { ExportFunctionRequest, ImportFunctionRequest } from '@windlass/contracts/registry/v1/function_export_service';
import { UpdateFunctionCodeRequest } from '@windlass/contracts/registry/v1/function_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import { handmadeZip } from '../code-package/testing/handmade-zip.js';
import { rebuildRegistry } from '../start-registry.js';
import { RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';

const libraries = (content = 'x'): string => handmadeZip([{ name: 'node_modules/left/index.js', content }]).toString('base64');

describe('private dependencies', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start({ codeSizeQuotaMb: 1 });
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const make = (name: string, change: Partial<CreateDependencyVersionRequest> = {}, as = tenant): Promise<Dependency> =>
    registry.dependencies.createDependencyVersion(CreateDependencyVersionRequest.fromPartial({ project_id: as.project, depend_type: 'zip', depend_file: libraries(), runtime: 'Node.js20.15', name, ...change }), as.metadata());
  const list = (change: Partial<ListDependenciesRequest> = {}, as = tenant) =>
    registry.dependencies.listDependencies(ListDependenciesRequest.fromPartial({ project_id: as.project, ...change }), as.metadata());
  const remove = (dependId: string, version: string, as = tenant) => registry.dependencies.deleteDependencyVersion({ project_id: as.project, depend_id: dependId, version }, as.metadata());
  const attach = (ids: string[], urn = 'hello') =>
    registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ project_id: tenant.project, function_urn: urn, code_type: 'zip', func_code: { file: zipBase64() }, depend_version_list: ids }), tenant.metadata());
  const names = ({ dependencies }: { dependencies: Dependency[] }) => dependencies.map(({ name, version }) => `${name} ${version}`);

  it('have numbered versions under one name, of which lists show the newest', async () => {
    const first = await make('left', { description: 'pads' });
    const second = await make('left', { depend_file: libraries('y'), runtime: 'http' });
    await make('right');
    expect(first).toMatchObject({ version: 1, name: 'left', runtime: 'Node.js20.15', description: 'pads', owner: tenant.principal.domain_id, file_name: 'left.zip', link: '' });
    expect(second).toMatchObject({ version: 2, dep_id: first.dep_id });
    expect(second.id).not.toBe(first.id);
    const found = await list();
    expect([names(found), found.count, found.next_marker]).toEqual([['left 2', 'right 1'], 2, 2]);
    expect(found.dependencies[0]?.id).toBe(first.dep_id);
    const versions = await registry.dependencies.listDependencyVersion({ project_id: tenant.project, depend_id: first.dep_id, marker: '0', maxitems: '1' }, tenant.metadata());
    expect([names(versions), versions.count, versions.next_marker]).toEqual([['left 2'], 2, 1]);
    expect(await registry.dependencies.showDependencyVersion({ project_id: tenant.project, depend_id: first.dep_id, version: '1' }, tenant.metadata())).toEqual(first);
  });

  it('are listed by every documented filter, in pages', async () => {
    for (const name of ['alpha', 'beta', 'gamma']) await make(name, { runtime: name === 'beta' ? 'http' : 'Python3.9' });
    expect(names(await list({ runtime: 'Python3.9' }))).toEqual(['alpha 1', 'gamma 1']);
    expect(names(await list({ name: 'ETA' }))).toEqual(['beta 1']);
    expect(names(await list({ dependency_type: 'public' }))).toEqual([]);
    expect(names(await list({ ispublic: 'true' }))).toEqual([]);
    expect(names(await list({ dependency_type: 'all', maxitems: '2' }))).toEqual(['alpha 1', 'beta 1']);
    expect(names(await list({ marker: '2', limit: '2' }))).toEqual(['gamma 1']);
    expect(await list({ marker: '3' })).toEqual({ dependencies: [], next_marker: 3, count: 3 });
    await expect(list({ runtime: 'Node.js99' })).rejects.toMatchObject({ code: 'FSS.1005', message: expect.stringContaining('Invalid runtime.') });
    await expect(list({ dependency_type: 'mine' })).rejects.toMatchObject({ code: 'FSS.1001' });
  });

  it.each([
    ['name', { name: '1st' }, 'FSS.1024'],
    ['runtime', { runtime: 'Cobol' }, 'FSS.1005'],
    ['description', { description: 'x'.repeat(513) }, 'FSS.1019'],
    ['type', { depend_type: 'tar' }, 'FSS.1032'],
    ['package', { depend_file: '' }, 'FSS.1012'],
    ['Base64', { depend_file: 'a' }, 'FSS.1011'],
    ['archive', { depend_file: 'aGVsbG8=' }, 'FSS.1011'],
    ['file name', { depend_file: handmadeZip([{ name: 'a/b.js~' }]).toString('base64') }, 'FSS.1011'],
    ['link', { depend_type: 'obs', depend_file: '' }, 'FSS.1010'],
  ])('with a bad %s are refused', async (_what, change, code) => {
    await expect(make('left', change)).rejects.toMatchObject({ code });
  });

  it('are laid over a function in the order it names them, in its versions too, and workers hear of them', async () => {
    const [left, right] = [await make('left'), await make('right', { depend_file: libraries('y') })];
    const created = await registry.create(tenant, { depend_version_list: [right.id, '', left.id] });
    expect([created.depend_version_list, created.depend_list]).toEqual([[right.id, left.id], [right.dep_id, left.dep_id]]);
    await registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ project_id: tenant.project, function_urn: 'hello', version: 'v1' }), tenant.metadata());
    // A PUT of code replaces the list with the code.
    expect(await attach([left.id])).toMatchObject({ depend_version_list: [left.id] });
    const spec = await registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'latest' });
    expect(spec.layers).toEqual([{ digest: left.etag, size_bytes: left.size }]);
    const published = await registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'v1' });
    expect(published.layers.map(({ digest }) => digest)).toEqual([right.etag, left.etag]);
    expect(await attach([])).toMatchObject({ depend_version_list: [] });
  });

  it('are attached twenty at most, each once, and only those of the project', async () => {
    await registry.create(tenant);
    const left = await make('left');
    const newer = await make('left', { depend_file: libraries('newer') });
    const strangers = await make('left', {}, registry.tenant());
    await expect(attach([left.id, newer.id])).rejects.toMatchObject({ code: 'FSS.1024', message: expect.stringContaining('left twice') });
    await expect(attach([strangers.id])).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1056' });
    await expect(attach(Array.from({ length: 21 }, (_, index) => `id-${index}`))).rejects.toMatchObject({ code: 'FSS.1024', message: expect.stringContaining('20') });
  });

  it('are not deleted while a function, or a version of one, uses them', async () => {
    const left = await make('left');
    await registry.create(tenant, { depend_version_list: [left.id] });
    await registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ project_id: tenant.project, function_urn: 'hello', version: 'v1' }), tenant.metadata());
    await expect(remove(left.dep_id, '1')).rejects.toMatchObject({ kind: 'precondition_failed', code: 'FSS.1033', message: expect.stringContaining('hello, hello (version v1)') });
    await attach([]);
    await expect(remove(left.dep_id, '1')).rejects.toMatchObject({ code: 'FSS.1033' });
    await registry.functions.deleteFunction({ project_id: tenant.project, function_urn: 'hello:v1'.replace('hello', `urn:fss:local-1:${tenant.project}:function:default:hello`) }, tenant.metadata());
    await remove(left.dep_id, '1');
    expect((await list()).dependencies).toEqual([]);
    await expect(remove(left.dep_id, '1')).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1056' });
  });

  it('are used or gone, never both, when they are attached and deleted at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `race${round}`;
      const left = await make(name);
      await registry.create(tenant, { func_name: name });
      const [attached, deleted] = await Promise.allSettled([attach([left.id], name), remove(left.dep_id, '1')]);
      const using = (await registry.functions.showFunctionConfig({ project_id: tenant.project, function_urn: name }, tenant.metadata())).depend_version_list;
      expect([attached.status, deleted.status, using]).toEqual(attached.status === 'fulfilled' ? ['fulfilled', 'rejected', [left.id]] : ['rejected', 'fulfilled', []]);
    }
  });

  it('count with the code of the account, and give back what they took', async () => {
    const large = () => handmadeZip([{ name: 'data', content: Buffer.alloc(600_000) }]).toString('base64');
    const left = await make('left', { depend_file: large() });
    await expect(make('right', { depend_file: large() })).rejects.toMatchObject({ code: 'FSS.1042' });
    await remove(left.dep_id, '1');
    await make('right', { depend_file: large() });
  });

  it('are of their project: another one neither sees nor deletes them', async () => {
    const left = await make('left');
    const stranger = registry.tenant();
    expect((await list({}, stranger)).dependencies).toEqual([]);
    await expect(remove(left.dep_id, '1', stranger)).rejects.toMatchObject({ kind: 'not_found' });
    expect((await list()).count).toBe(1);
  });

  it('go with a function that is exported, by name and content, and must be where it is imported', async () => {
    const left = await make('left');
    await registry.create(tenant, { depend_version_list: [left.id] });
    const { content } = await registry.exports.exportFunction(ExportFunctionRequest.fromPartial({ project_id: tenant.project, function_urn: 'hello', config: true, code: true }), tenant.metadata());
    const other = registry.tenant();
    const imported = () => registry.exports.importFunction(ImportFunctionRequest.fromPartial({ project_id: other.project, file_code: Buffer.from(content).toString('base64') }), other.metadata());
    await expect(imported()).rejects.toMatchObject({ code: 'FSS.1056', message: expect.stringContaining('left') });
    await make('left', { depend_file: libraries('another') }, other);
    const theirs = await make('left', {}, other);
    expect(await imported()).toMatchObject({ depend_version_list: [theirs.id] });
  });

  it('are the same after the read models were made anew', async () => {
    const left = await make('left');
    await registry.create(tenant, { depend_version_list: [left.id] });
    await rebuildRegistry(registry.config);
    expect((await list()).dependencies).toMatchObject([{ id: left.dep_id, version: 1 }]);
    await expect(remove(left.dep_id, '1')).rejects.toMatchObject({ code: 'FSS.1033' });
  });
});
