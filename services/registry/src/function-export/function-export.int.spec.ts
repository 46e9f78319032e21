import { UpdateFunctionCodeRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { ExportFunctionRequest, ImportFunctionRequest } from '@windlass/contracts/registry/v1/function_export_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import { packFiles } from '@windlass/function-package';
import { readArchive } from './function-archive.js';
import { RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';

describe('functions as files', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const exported = async (change: Partial<ExportFunctionRequest>, as = tenant) =>
    registry.exports.exportFunction(ExportFunctionRequest.fromPartial({ project_id: as.project, function_urn: 'hello', ...change }), as.metadata());
  const imported = (content: Uint8Array | string, change: Partial<ImportFunctionRequest> = {}, as = tenant) =>
    registry.exports.importFunction(ImportFunctionRequest.fromPartial({ project_id: as.project, file_type: 'zip', file_code: Buffer.from(content).toString('base64'), ...change }), as.metadata());
  const archive = (document: string | object, code: string | undefined = zipBase64()) =>
    packFiles([{ name: 'function.json', content: typeof document === 'string' ? document : JSON.stringify(document) }, ...(code === undefined ? [] : [{ name: 'code.zip', content: Buffer.from(code, 'base64') }])]);
  const DOCUMENT = { func_name: 'made', package: 'default', runtime: 'http', handler: '-', memory_size: 128, timeout: 3, code_type: 'zip' };

  it('go to another account and are the same there, but for what is that account’s, and secrets', async () => {
    await registry.create(tenant, {
      package: 'shop', description: 'sells', user_data: '{"A":"1"}', encrypted_user_data: '{"TOKEN":"swordfish"}', initializer_timeout: 20,
      lts_custom_tag: { team: 'blue' }, network_controller: { disable_public_network: true },
    });
    const config = { project_id: tenant.project, function_urn: 'shop:hello', runtime: 'http', handler: '-', timeout: 40, memory_size: 512, description: 'sells', user_data: '{"A":"1"}', initializer_timeout: 20, network_controller: { disable_public_network: true } };
    await registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...config, strategy_config: { concurrency: 7, concurrent_num: 5 }, ephemeral_storage: 10240 }), tenant.metadata());
    const { content, file_name } = await exported({ function_urn: 'shop:hello', config: true, code: true });
    expect(file_name).toBe('hello.zip');
    expect((await readArchive(Buffer.from(content))).document).not.toMatch(/swordfish|"enterprise_project_id"|"log_group_id"/);

    const other = registry.tenant();
    const made = await imported(content, {}, other);
    const source = await registry.functions.showFunctionConfig({ project_id: tenant.project, function_urn: 'shop:hello' }, tenant.metadata());
    const own = ['func_id', 'resource_id', 'func_urn', 'domain_id', 'namespace', 'image_name', 'last_modified', 'log_group_id', 'log_stream_id', 'encrypted_user_data'];
    const substance = (shown: object) => Object.fromEntries(Object.entries(shown).filter(([name]) => !own.includes(name)));
    expect(substance(made)).toEqual(substance(source));
    expect(made).toMatchObject({ package: 'shop', memory_size: 512, strategy_config: { concurrency: 7, concurrent_num: 5 }, encrypted_user_data: '' });
  });

  it('take the names of the request before those of the file; a name that is taken is a conflict', async () => {
    await registry.create(tenant, { code_type: 'inline', code_filename: '', func_code: { file: Buffer.from('#!/bin/sh\nexit 0\n').toString('base64'), link: '' } });
    const { content } = await exported({ config: true, type: 'code' });
    await expect(imported(content)).rejects.toMatchObject({ kind: 'conflict', code: 'FSS.1061' });
    const { digest } = await registry.functions.showFunctionConfig({ project_id: tenant.project, function_urn: 'hello' }, tenant.metadata());
    await expect(imported(content, { func_name: 'copy', package: 'other' })).resolves.toMatchObject({ func_name: 'copy', package: 'other', code_type: 'inline', digest });
  });

  it('of code alone are the package as it was uploaded, of a version that version’s', async () => {
    const file = zipBase64('one');
    await registry.create(tenant, { func_code: { file, link: '' } });
    const of = { project_id: tenant.project, function_urn: 'hello' };
    await registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of, version: 'v1' }), tenant.metadata());
    await registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ ...of, code_type: 'zip', func_code: { file: zipBase64('two') } }), tenant.metadata());
    const code = async (function_urn: string) => Buffer.from((await exported({ function_urn, type: 'code' })).content).toString('base64');
    expect(await code(`urn:fss:local-1:${tenant.project}:function:default:hello:v1`)).toBe(file);
    expect(await code('hello')).toBe(zipBase64('two'));
    // A configuration alone can be read, and is no function.
    const { content } = await exported({ type: 'config' });
    await expect(imported(content, { func_name: 'copy' })).rejects.toMatchObject({ code: 'FSS.1012' });
  });

  it('are refused with what is wrong with them', async () => {
    const refused: [Promise<unknown>, object][] = [
      [imported(''), { code: 'FSS.1012' }],
      [imported('no zip'), { code: 'FSS.1011' }],
      [imported(Buffer.from(zipBase64(), 'base64')), { code: 'FSS.1022' }],
      [imported(await archive('{')), { code: 'FSS.1025' }],
      [imported(await archive('[]')), { code: 'FSS.1025' }],
      [imported(await archive({ ...DOCUMENT, memory_size: '128' })), { code: 'FSS.1025', message: expect.stringContaining('memory_size') }],
      [imported(await archive({ ...DOCUMENT, enable_lts_log: 'yes' })), { code: 'FSS.1025' }],
      [imported(await archive({ ...DOCUMENT, func_name: '' })), { code: 'FSS.1057' }],
      [imported(await archive({ ...DOCUMENT, memory_size: 129 })), { code: 'FSS.1007' }],
      [imported(await archive({ ...DOCUMENT, strategy_config: { concurrency: 5000 } })), { code: 'FSS.1026' }],
      [imported(await archive({ ...DOCUMENT, description: 'x'.repeat(70_000) })), { code: 'FSS.1023' }],
      [imported(await archive(DOCUMENT), { file_type: 'tar' }), { code: 'FSS.0400' }],
      [imported(await archive(DOCUMENT, Buffer.from('no zip').toString('base64'))), { code: 'FSS.1011' }],
      [exported({ config: true }), { code: 'FSS.1051' }],
    ];
    for (const [attempt, expected] of refused) await expect(attempt).rejects.toMatchObject(expected);
    await registry.create(tenant);
    await expect(exported({})).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.0400' });
    await expect(exported({ type: 'everything' })).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.0400' });
    await expect(exported({ config: true, function_urn: `urn:fss:local-1:${tenant.project}:function:default:hello` }, registry.tenant())).rejects.toMatchObject({ code: 'FSS.1051' });
  });
});
