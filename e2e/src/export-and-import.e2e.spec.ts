import { demoClient, deploy, eventually, nodeFunction, addTrigger, uniqueName, type Deployed } from './harness/deploy.js';
import { credentials, fg, refusal, TokenClient, wire } from './harness/tenant.js';

describe('functions as files', () => {
  const client = demoClient();
  let deployed: Deployed;
  let urn: string;
  beforeAll(async () => {
    deployed = await deploy(nodeFunction(`http.createServer((_, response) => response.end('hello ' + process.env.WHO)).listen(8000, '127.0.0.1');`), { userData: { WHO: 'importer' } });
    urn = deployed.urn.replace(/:latest$/, '');
  });
  afterAll(() => deployed?.remove());

  // By hand: the official SDK asks well, and reads every file as text.
  const exported = async (query: string): Promise<Buffer> => {
    const { api, demo } = credentials();
    const { token } = await TokenClient.logIn(demo);
    const response = await fetch(`${api}/v2/${demo.project_id}/fgs/functions/${urn}/export?${query}`, { headers: { 'x-auth-token': token } });
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([200, 'application/zip', `attachment; filename*=UTF-8''${deployed.name}.zip`]);
    return Buffer.from(await response.arrayBuffer());
  };

  it('one is exported, imported under another name with the official SDK, and answers', async () => {
    const file = await exported('config=true&code=true');
    const name = uniqueName('imported');
    const body = new fg.ImportFunctionRequestBody(name, `${name}.zip`, 'zip', file.toString('base64'));
    const made = wire<{ func_urn: string; digest: string; user_data: string }>(await client.importFunction(new fg.ImportFunctionRequest().withBody(body)));
    const source = wire<{ digest: string }>(await client.showFunctionConfig(new fg.ShowFunctionConfigRequest(urn)));
    expect(made).toMatchObject({ digest: source.digest, user_data: '{"WHO":"importer"}' });
    const url = await addTrigger(made.func_urn, name, `/${name}`);
    await eventually(() => fetch(url).then(async (response) => ({ status: response.status, text: await response.text() })), ({ status, text }) => status === 200 && text === 'hello importer');
    expect(await refusal(client.importFunction(new fg.ImportFunctionRequest().withBody(body)))).toMatchObject({ status: 409, code: 'FSS.1061' });
    await client.deleteFunction(new fg.DeleteFunctionRequest(made.func_urn));
  });

  it('one of code alone is the package that was uploaded', async () => {
    const file = await exported('type=code');
    const { func_code } = wire<{ func_code: { link: string } }>(await client.showFunctionCode(new fg.ShowFunctionCodeRequest(urn)));
    expect(file.equals(Buffer.from(await (await fetch(func_code.link)).arrayBuffer()))).toBe(true);
    expect(await client.exportFunction(new fg.ExportFunctionRequest(urn).withConfig(true))).toMatchObject({ httpStatusCode: 200 });
    expect(await refusal(client.exportFunction(new fg.ExportFunctionRequest(urn)))).toMatchObject({ status: 400, code: 'FSS.0400' });
  });
});
