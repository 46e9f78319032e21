import { packFiles } from '@windlass/function-package';
import { addTrigger, createRequest, demoClient, deploy, eventually, nodeFunction, uniqueName } from './harness/deploy.js';
import { credentials, fg, refusal, sdkClient, wire } from './harness/tenant.js';

const ECHO = nodeFunction(`http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    response.writeHead(201, { 'content-type': 'application/json', 'x-answer': 'yes' });
    response.end(JSON.stringify({ method: request.method, url: request.url, tenant: request.headers['x-tenant'], body }));
  });
}).listen(8000, '127.0.0.1');`);

// Everything here goes through @huaweicloud/huaweicloud-sdk-functiongraph as npm delivers it, with the tenant's access key.
describe('the official Node.js SDK', () => {
  const client = demoClient();

  it('creates a function from a zip and reads its configuration back', async () => {
    const { demo, region } = credentials();
    const zip = await packFiles(ECHO);
    const name = uniqueName('sdk-zip');
    const created = wire<{ func_urn: string; func_id: string; digest: string }>(await client.createFunction(createRequest(name, zip, { userData: { GREETING: 'hello' } })));
    expect(created).toMatchObject({
      httpStatusCode: 200,
      func_urn: `urn:fss:${region}:${demo.project_id}:function:default:${name}:latest`,
      func_name: name,
      domain_id: demo.domain_id,
      namespace: demo.project_id,
      project_name: region,
      package: 'default',
      runtime: 'http',
      timeout: 10,
      memory_size: 256,
      cpu: 400,
      code_type: 'zip',
      code_size: zip.length,
      version: 'latest',
      type: 'v2',
      strategy_config: { concurrency: 400, concurrent_num: 1 },
    });
    expect(created.digest).toMatch(/^[0-9a-f]{128}$/);
    const config = await client.showFunctionConfig(new fg.ShowFunctionConfigRequest(created.func_urn));
    expect(config).toMatchObject({ func_id: created.func_id, func_name: name, user_data: '{"GREETING":"hello"}', digest: created.digest });
    await client.deleteFunction(new fg.DeleteFunctionRequest(created.func_urn));
  });

  it('creates a function from inline code and invokes it', async () => {
    const name = uniqueName('sdk-inline');
    const script = `#!/usr/bin/env node
require('node:http').createServer((request, response) => response.end('inline ' + process.env.WHO)).listen(8000, '127.0.0.1');`;
    const request = createRequest(name, Buffer.from(script), { userData: { WHO: 'works' } });
    request.body!.codeType = 'inline' as never;
    request.body!.codeFilename = 'bootstrap';
    const { func_urn: urn } = wire<{ func_urn: string }>(await client.createFunction(request));
    const answer = await client.invokeFunction(new fg.InvokeFunctionRequest(urn).withBody({}));
    expect(Buffer.from((answer as unknown as { body: string }).body, 'base64').toString()).toBe('inline works');
    const code = wire<{ func_code: { file: string } }>(await client.showFunctionCode(new fg.ShowFunctionCodeRequest(urn)));
    expect(Buffer.from(code.func_code.file, 'base64').toString()).toBe(script);
    await client.deleteFunction(new fg.DeleteFunctionRequest(urn));
  });

  it('gets back the code it uploaded', async () => {
    const zip = await packFiles(ECHO);
    const deployed = await deploy(zip);
    const code = wire<{ func_code: { link: string } }>(await client.showFunctionCode(new fg.ShowFunctionCodeRequest(deployed.urn)));
    expect(code).toMatchObject({ code_type: 'zip', code_size: zip.length });
    const download = await fetch(code.func_code.link);
    expect(Buffer.from(await download.arrayBuffer()).equals(zip)).toBe(true);
    await deployed.remove();
  });

  it('invokes synchronously and gets body, statusCode, headers and isBase64Encoded', async () => {
    const deployed = await deploy(ECHO);
    const event = { httpMethod: 'PUT', path: '/orders/7', queryStringParameters: { full: 'true' }, headers: { 'x-tenant': 'blue' }, body: 'plain text', isBase64Encoded: false };
    const answer = (await client.invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody(event as never))) as unknown as {
      body: string;
      statusCode: number;
      headers: Record<string, string[]>;
      isBase64Encoded: boolean;
      'X-Cff-Request-Id': string;
    };
    expect(answer.statusCode).toBe(201);
    expect(answer.isBase64Encoded).toBe(true);
    expect(answer.headers['x-answer']).toEqual(['yes']);
    expect(answer['X-Cff-Request-Id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(Buffer.from(answer.body, 'base64').toString())).toEqual({ method: 'PUT', url: '/orders/7?full=true', tenant: 'blue', body: 'plain text' });

    const v1 = await client.invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withXCFFRequestVersion('v1').withXCffLogType('tail').withBody(event as never));
    expect(v1).toMatchObject({ status: 200 });
    expect(JSON.parse(v1.result ?? '')).toMatchObject({ statusCode: 201, isBase64Encoded: true });
    expect(v1.log).toContain('Start invoke request');
    await deployed.remove();
  });

  it('creates, reads, lists, disables, enables and deletes a gateway trigger, whose URL reaches the function while it is enabled', async () => {
    const deployed = await deploy(ECHO);
    const url = await addTrigger(deployed.urn, deployed.name, `/${deployed.name}`);
    const answer = await eventually(() => fetch(`${url}/sub?x=1`), (response) => response.status === 201);
    expect(await answer.json()).toMatchObject({ method: 'GET', url: `/${deployed.name}/sub?x=1` });

    const triggers = wire<{ trigger_id: string; trigger_type_code: string }[]>(await client.listFunctionTriggers(new fg.ListFunctionTriggersRequest(deployed.urn)));
    expect(triggers).toHaveLength(1);
    const [{ trigger_id: id, trigger_type_code: type }] = triggers as [{ trigger_id: string; trigger_type_code: string }];
    expect(type).toBe('DEDICATEDGATEWAY');
    const shown = await client.showFunctionTrigger(new fg.ShowFunctionTriggerRequest(deployed.urn, type as never, id));
    expect(shown).toMatchObject({ trigger_id: id, trigger_status: 'ACTIVE', event_data: { path: `/${deployed.name}`, invoke_url: url } });
    const set = (status: string) => client.updateTrigger(new fg.UpdateTriggerRequest(deployed.urn, type as never, id).withBody(new fg.UpdateTriggerRequestBody().withTriggerStatus(status)));
    expect(await set('DISABLED')).toMatchObject({ trigger_id: id, trigger_status: 'DISABLED' });
    await eventually(() => fetch(url), (response) => response.status === 503);
    await set('ACTIVE');
    await eventually(() => fetch(url), (response) => response.status === 201);
    expect(await client.deleteFunctionTrigger(new fg.DeleteFunctionTriggerRequest(deployed.urn, type as never, id))).toMatchObject({ httpStatusCode: 204 });
    await eventually(() => fetch(url), (response) => response.status === 404);
    await deployed.remove();
  });

  it('lists functions in pages, and no longer once they are deleted', async () => {
    const names = [uniqueName('page-a'), uniqueName('page-b')];
    const deployed = [await deploy(ECHO, { name: names[0] as string }), await deploy(ECHO, { name: names[1] as string })];
    const list = async (marker: string, maxitems: string, name?: string) => {
      const request = new fg.ListFunctionsRequest().withMarker(marker).withMaxitems(maxitems);
      if (name !== undefined) request.withFuncName(name);
      return client.listFunctions(request);
    };
    const first = await list('0', '1', 'page-');
    expect(first.functions).toHaveLength(1);
    expect(first.count).toBeGreaterThanOrEqual(1);
    const all = await list('0', '400');
    expect(wire<{ functions: { func_name: string }[] }>(all).functions.map((each) => each.func_name)).toEqual(expect.arrayContaining([...names, 'hello-express']));
    for (const each of deployed) await each.remove();
    const { functions } = await list('0', '400', 'page-');
    expect(functions).toEqual([]);
    expect(await refusal(client.showFunctionConfig(new fg.ShowFunctionConfigRequest(deployed[0]?.urn)))).toMatchObject({ status: 404, code: 'FSS.1051' });
  });

  it('replaces the code, and the next request runs it', async () => {
    const version = (text: string) => nodeFunction(`http.createServer((_, response) => response.end('${text}')).listen(8000, '127.0.0.1');`);
    const deployed = await deploy(version('one'));
    const invoke = async (): Promise<string> => {
      const answer = (await client.invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody({}))) as unknown as { body: string };
      return Buffer.from(answer.body, 'base64').toString();
    };
    expect(await invoke()).toBe('one');
    const body = new fg.UpdateFunctionCodeRequestBody('zip' as never).withFuncCode(new fg.FuncCode().withFile((await packFiles(version('two'))).toString('base64')));
    await client.updateFunctionCode(new fg.UpdateFunctionCodeRequest(deployed.urn).withBody(body));
    expect(await invoke()).toBe('two');
    await deployed.remove();
  });

  it('is told when its signature does not match, and by which header', async () => {
    const { demo } = credentials();
    const forged = sdkClient({ ...demo, secret_key: `${demo.secret_key}x` });
    expect(await refusal(forged.listFunctions(new fg.ListFunctionsRequest()))).toMatchObject({ status: 401, code: 'APIGW.0301' });
  });
});
