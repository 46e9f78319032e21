import { packFiles } from '@windlass/function-package';
import { addTrigger, demoClient, deploy, eventually, nodeFunction, type Deployed } from './harness/deploy.js';
import { fg, refusal, wire } from './harness/tenant.js';

const answering = (text: string) =>
  nodeFunction(`http.createServer((request, response) => response.end(JSON.stringify({
  text: '${text}',
  version: request.headers['x-cff-func-version'],
  alias: request.headers['x-cff-origin-version-tag'],
  pid: process.pid,
}))).listen(8000, '127.0.0.1');`);

interface Answer {
  readonly text: string;
  readonly version: string;
  readonly alias?: string;
}

// Versions and aliases as the official SDK drives them: two versions of one function, and one name in front of them.
describe('versions and aliases', () => {
  const client = demoClient();
  let deployed: Deployed;
  let urn: string;
  let url: string;

  const publish = (version: string, description = '') =>
    client.createFunctionVersion(new fg.CreateFunctionVersionRequest(urn).withBody(new fg.CreateFunctionVersionRequestBody().withVersion(version).withDescription(description)));
  const createAlias = (name: string, version: string) => client.createVersionAlias(new fg.CreateVersionAliasRequest(urn).withBody(new fg.CreateVersionAliasRequestBody(name, version)));
  const pointAlias = (name: string, body: InstanceType<typeof fg.UpdateVersionAliasRequestBody>) => client.updateVersionAlias(new fg.UpdateVersionAliasRequest(urn, name).withBody(body));
  const invoke = async (named: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = wire<{ body: string }>(await client.invokeFunction(new fg.InvokeFunctionRequest(named).withBody({ httpMethod: 'GET', path: '/', headers } as never)));
    return JSON.parse(Buffer.from(answer.body, 'base64').toString()) as Answer;
  };
  const get = async (headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(url, { headers });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  };

  beforeAll(async () => {
    deployed = await deploy(answering('one'), { concurrency: 50 });
    urn = deployed.urn.replace(/:latest$/, '');
    await publish('v1', 'the first');
    const code = new fg.UpdateFunctionCodeRequestBody('zip' as never).withFuncCode(new fg.FuncCode().withFile((await packFiles(answering('two'))).toString('base64')));
    await client.updateFunctionCode(new fg.UpdateFunctionCodeRequest(urn).withBody(code));
    await publish('v2');
    await createAlias('live', 'v1');
    url = await addTrigger(`${urn}:!live`, deployed.name, `/${deployed.name}`);
    await eventually(() => fetch(url), ({ status }) => status === 200);
  });
  afterAll(async () => {
    await client.batchDeleteFunctionTriggers(new fg.BatchDeleteFunctionTriggersRequest(urn));
    await deployed?.remove();
  });

  it('are listed and shown as they were published', async () => {
    const { versions, count } = wire<{ versions: { version: string; version_description: string; func_urn: string; digest: string }[]; count: number }>(
      await client.listFunctionVersions(new fg.ListFunctionVersionsRequest(urn)),
    );
    expect([count, versions.map(({ version, version_description, func_urn }) => [version, version_description, func_urn])]).toEqual([
      3,
      [['latest', '', `${urn}:latest`], ['v2', '', `${urn}:v2`], ['v1', 'the first', `${urn}:v1`]],
    ]);
    expect(versions[0]?.digest).toBe(versions[1]?.digest);
    expect(versions[1]?.digest).not.toBe(versions[2]?.digest);
    const code = wire<{ digest: string; func_code: { link: string } }>(await client.showFunctionCode(new fg.ShowFunctionCodeRequest(`${urn}:v1`)));
    expect(code.digest).toBe(versions[2]?.digest);
    const download = await fetch(code.func_code.link);
    expect(download.status).toBe(200);
    expect(await refusal(publish('v3'))).toMatchObject({ status: 400, code: 'FSS.1016' });
  });

  it('run side by side, each with its own code, and tell the app which one it is', async () => {
    const answers = await Promise.all([`${urn}:v1`, `${urn}:v2`, urn, `${urn}:!live`].map((named) => invoke(named)));
    expect(answers.map(({ text, version, alias }) => [text, version, alias])).toEqual([
      ['one', 'v1', undefined],
      ['two', 'v2', undefined],
      ['two', 'latest', undefined],
      ['one', 'v1', '!live'],
    ]);
  });

  it('share the requests of an alias exactly by weight, through its URL', async () => {
    const changed = await pointAlias('live', new fg.UpdateVersionAliasRequestBody('v1').withAdditionalVersionWeights({ v2: 30 }));
    expect(wire<{ additional_version_weights: object }>(changed).additional_version_weights).toEqual({ v2: 30 });
    // The URL follows within moments; from then on every hundred in a row hold thirty.
    await eventually(get, ({ version }) => version === 'v2');
    const answers: Answer[] = [];
    while (answers.length < 200) answers.push(...(await Promise.all(Array.from({ length: 40 }, () => get()))));
    expect(answers.filter(({ version }) => version === 'v2')).toHaveLength(60);
    expect(answers.every(({ alias }) => alias === '!live')).toBe(true);
  });

  it('are chosen by rules on headers, through the URL and through the API', async () => {
    const rule = new fg.VersionStrategyRules().withRuleType('Header').withParam('X-Stage').withOp('in').withValue('beta,canary');
    const strategy = { v2: new fg.VersionStrategy().withRules([rule]).withCombineType('and') };
    await pointAlias('live', new fg.UpdateVersionAliasRequestBody('v1').withAdditionalVersionStrategy(strategy));
    await eventually(() => get({ 'x-stage': 'canary' }), ({ version }) => version === 'v2');
    expect((await get()).version).toBe('v1');
    expect((await invoke(`${urn}:!live`, { 'x-stage': 'beta' })).version).toBe('v2');
    expect((await invoke(`${urn}:!live`, { 'x-stage': 'stable' })).version).toBe('v1');
    const [alias] = wire<object[]>(await client.listVersionAliases(new fg.ListVersionAliasesRequest(urn)));
    expect(alias).toMatchObject({ name: 'live', version: 'v1', alias_urn: `${urn}:!live`, additional_version_strategy: { v2: { rules: [{ rule_type: 'Header', param: 'X-Stage', op: 'in', value: 'beta,canary' }], combine_type: 'and' } } });
  });

  it('lose no request when an alias moves under load', async () => {
    let moving = true;
    const seen = new Set<string>();
    const load = Array.from({ length: 8 }, async () => {
      while (moving) {
        const { version } = await get();
        seen.add(version);
      }
    });
    let done: unknown;
    try {
      for (const version of ['v2', 'v1', 'v2', 'v1', 'v2']) {
        await pointAlias('live', new fg.UpdateVersionAliasRequestBody(version));
        await eventually(get, (answer) => answer.version === version);
      }
    } finally {
      moving = false;
      // A request that failed fails the test.
      done = await Promise.all(load);
    }
    expect(done).toHaveLength(8);
    expect([...seen].sort()).toEqual(['v1', 'v2']);
  });

  it('cannot be deleted while something leads to them, and are gone with what led to them', async () => {
    expect(await refusal(client.deleteFunction(new fg.DeleteFunctionRequest(`${urn}:v2`)))).toMatchObject({ status: 403, code: 'FSS.1154' });
    expect(await refusal(client.deleteVersionAlias(new fg.DeleteVersionAliasRequest(urn, 'live')))).toMatchObject({ status: 403, code: 'FSS.1154' });
    await client.deleteFunction(new fg.DeleteFunctionRequest(`${urn}:v1`));
    expect(await refusal(client.showFunctionConfig(new fg.ShowFunctionConfigRequest(`${urn}:v1`)))).toMatchObject({ status: 404, code: 'FSS.1052' });
    expect(await refusal(client.invokeFunction(new fg.InvokeFunctionRequest(`${urn}:v1`).withBody({})))).toMatchObject({ status: 404, code: 'FSS.1052' });
    await client.batchDeleteFunctionTriggers(new fg.BatchDeleteFunctionTriggersRequest(`${urn}:!live`));
    await eventually(() => fetch(url), ({ status }) => status === 404);
    expect(await client.deleteVersionAlias(new fg.DeleteVersionAliasRequest(urn, 'live'))).toMatchObject({ httpStatusCode: 204 });
    expect(await refusal(client.showVersionAlias(new fg.ShowVersionAliasRequest(urn, 'live')))).toMatchObject({ status: 404, code: 'FSS.1053' });
  });
});
