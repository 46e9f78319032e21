import type { JsonObject } from '@bufbuild/protobuf';
import { packFiles } from '@windlass/function-package';
import { perform } from './every-operation/furnished-tenant.js';
import { call, hangUp, type Credential } from './every-operation/public-calls.js';
import { operationNamed } from './every-operation/public-operations.js';
import { demoClient, deploy, eventually, nodeFunction, type Deployed } from './harness/deploy.js';
import { credentials, fg, wire } from './harness/tenant.js';

const answering = (text: string) => nodeFunction(`http.createServer((_, response) => response.end('${text} ' + process.env.GREETING)).listen(8000, '127.0.0.1');`);

describe('a rollback', () => {
  const client = demoClient();
  const { demo } = credentials();
  const credential: Credential = { kind: 'signature', accessKey: demo.access_key, secretKey: demo.secret_key, projectId: demo.project_id };
  let deployed: Deployed;
  let urn: string;
  let name: string;
  let then: string;

  const rollback = (fields: JsonObject) => perform('RollbackFunction', { project_id: demo.project_id, function_urn: urn, ...fields }, credential);
  const answers = () => fetch(deployed.url).then(async (response) => ({ status: response.status, text: await response.text() }));
  const trail = async () => (await perform('ListAuditEvents', { resource_type: 'function', resource_id: urn }, credential))['events'] as JsonObject[];
  const triggers = async () => wire<{ trigger_id: string; trigger_type_code: string; trigger_status: string }[]>(await client.listFunctionTriggers(new fg.ListFunctionTriggersRequest(urn)));

  beforeAll(async () => {
    deployed = await deploy(answering('one'), { path: '/hello', userData: { GREETING: 'hello' } });
    urn = deployed.urn.replace(/:latest$/, '');
    ({ name } = deployed);
    await eventually(() => answers(), ({ status, text }) => status === 200 && text === 'one hello');
    const [opened] = await triggers();
    const [made] = (await perform('ListAuditEvents', { resource_type: 'trigger', resource_id: opened?.trigger_id ?? '' }, credential))['events'] as JsonObject[];
    then = String(made?.['position']);
    const code = new fg.UpdateFunctionCodeRequestBody('zip' as never).withFuncCode(new fg.FuncCode().withFile((await packFiles(answering('two'))).toString('base64')));
    await client.updateFunctionCode(new fg.UpdateFunctionCodeRequest(urn).withBody(code));
    const config = new fg.UpdateFunctionConfigRequestBody(name, 'http' as never, 20, 'bootstrap', 512);
    config.userData = JSON.stringify({ GREETING: 'goodbye' });
    await client.updateFunctionConfig(new fg.UpdateFunctionConfigRequest(urn).withBody(config));
    await perform('UpdateTrigger', { project_id: demo.project_id, function_urn: urn, trigger_type_code: 'DEDICATEDGATEWAY', trigger_id: opened?.trigger_id ?? '', event_data: { path: '/moved' } }, credential);
    await eventually(() => answers(), ({ status }) => status === 404);
  });
  afterAll(async () => {
    await deployed?.remove();
    hangUp();
  });

  it('shows first what it would change, over REST and gRPC, and changes nothing by that', async () => {
    const { outcome, changes, obstacles } = await rollback({ to: then, dry_run: true });
    const fields = Object.fromEntries((changes as JsonObject[]).flatMap(({ part, fields: all }) => (all as JsonObject[]).map(({ field, ...values }) => [`${String(part)} ${String(field)}`, values])));
    expect(outcome).toBe('planned');
    expect(obstacles ?? []).toEqual([]);
    expect(fields).toMatchObject({
      'code digest': { old: expect.any(String), new: expect.any(String) },
      'configuration memory_size': { old: 512, new: 256 },
      'configuration timeout': { old: 20, new: 10 },
      'configuration user_data.GREETING': { old: '***', new: '***' },
      'triggers event_data.path': { old: '/moved', new: '/hello' },
    });
    const overGrpc = await call('gRPC', operationNamed('RollbackFunction'), { project_id: demo.project_id, function_urn: urn, to: then, dry_run: true }, credential);
    expect(overGrpc).toMatchObject({ outcome: 'ok', text: expect.stringContaining('memory_size') });
    expect((await answers()).status).toBe(404);
    const refused = await call('REST', operationNamed('RollbackFunction'), { project_id: demo.project_id, function_urn: urn, to: then }, credential);
    expect(refused).toMatchObject({ outcome: 'invalid', code: 'FSS.0400', message: expect.stringContaining('dry_run') });
  });

  it('brings the old code, its configuration and its URL back, and the audit trail says who did it', async () => {
    const { plan } = await rollback({ to: then, dry_run: true });
    expect(await rollback({ to: then, plan: plan ?? '' })).toMatchObject({ outcome: 'applied' });
    await eventually(() => answers(), ({ status, text }) => status === 200 && text === 'one hello');
    expect(await rollback({ to: then, plan: plan ?? '' })).toMatchObject({ outcome: 'already_applied' });
    const [event] = await trail();
    expect(event).toMatchObject({
      type: 'FunctionRolledBack',
      actor: { name: demo.user, access_key: demo.access_key },
      source_address: '127.0.0.1',
      changes: expect.arrayContaining([{ field: 'memory_size', old: 512, new: 256 }, { field: 'rolled_back_to', new: expect.stringMatching(/^\d{4}-/) }]),
    });
  });

  it('brings a deleted function back under its URL', async () => {
    const to = String((await trail())[0]?.['position']);
    await client.deleteFunction(new fg.DeleteFunctionRequest(urn));
    await eventually(() => answers(), ({ status }) => status === 404);
    const { plan } = await rollback({ to, dry_run: true });
    await rollback({ to, plan: plan ?? '' });
    await eventually(() => answers(), ({ status, text }) => status === 200 && text === 'one hello');
    expect((await triggers()).map(({ trigger_status }) => trigger_status)).toEqual(['ACTIVE']);
  });
});
