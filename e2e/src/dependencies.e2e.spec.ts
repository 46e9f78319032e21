import { packFiles } from '@windlass/function-package';
import { addTrigger, createRequest, demoClient, eventually, nodeFunction, uniqueName } from './harness/deploy.js';
import { fg, refusal, wire } from './harness/tenant.js';

interface DependencyVersion {
  readonly id: string;
  readonly dep_id: string;
  readonly version: number;
  readonly download_link?: string;
}

// Through the official SDK, as npm delivers it.
describe('private dependencies and an initializer, through the official Node.js SDK', () => {
  const client = demoClient();
  const name = uniqueName('greeting');

  const upload = async (greeting: string): Promise<DependencyVersion> => {
    const file = await packFiles([{ name: 'node_modules/greeting/index.js', content: `module.exports = '${greeting}';` }]);
    const body = new fg.CreateDependencyRequestBody('zip', 'Node.js20.15', name).withDependFile(file.toString('base64'));
    return wire<DependencyVersion>(await client.createDependencyVersion(new fg.CreateDependencyVersionRequest().withBody(body)));
  };

  it('are uploaded, laid over code, listed, and kept as long as a function uses them', async () => {
    const first = await upload('hello');
    const second = await upload('good morning');
    expect([first.version, second.version, second.dep_id]).toEqual([1, 2, first.dep_id]);

    const app = nodeFunction(`
      const { default: greeting } = await import('greeting');
      let warm = 'cold';
      http.createServer((request, response) => {
        if (request.method === 'POST' && request.url === '/warm-up') warm = 'warm';
        response.end(greeting + ', ' + warm);
      }).listen(8000, '127.0.0.1');`);
    const functionName = uniqueName('greeter');
    const request = createRequest(functionName, await packFiles(app));
    Object.assign(request.body as object, { depend_version_list: [first.id], initializer_handler: '/warm-up', initializer_timeout: 30 });
    const { func_urn: urn } = wire<{ func_urn: string }>(await client.createFunction(request));
    const url = await addTrigger(urn, functionName, `/${functionName}`);
    const says = (text: string) => eventually(() => fetch(url).then((response) => response.text()), (answer) => answer === text);
    await says('hello, warm');

    const code = new fg.UpdateFunctionCodeRequestBody('zip' as never);
    code.funcCode = new fg.FuncCode().withFile((await packFiles(app)).toString('base64'));
    Object.assign(code, { depend_version_list: [second.id] });
    await client.updateFunctionCode(new fg.UpdateFunctionCodeRequest(urn).withBody(code));
    await says('good morning, warm');

    expect(wire(await client.showFunctionConfig(new fg.ShowFunctionConfigRequest(urn)))).toMatchObject({ depend_version_list: [second.id], depend_list: [first.dep_id], initializer_handler: '/warm-up' });
    const { dependencies } = wire<{ dependencies: DependencyVersion[] }>(await client.listDependencies(new fg.ListDependenciesRequest().withName(name).withDependencyType('private')));
    expect(dependencies).toMatchObject([{ id: first.dep_id, name, version: 2, runtime: 'Node.js20.15' }]);
    const versions = wire<{ dependencies: DependencyVersion[]; count: number }>(await client.listDependencyVersion(new fg.ListDependencyVersionRequest(first.dep_id)));
    expect([versions.count, versions.dependencies.map(({ id }) => id)]).toEqual([2, [second.id, first.id]]);
    const shown = wire<DependencyVersion>(await client.showDependencyVersion(new fg.ShowDependencyVersionRequest(first.dep_id, '1')));
    expect((await fetch(shown.download_link ?? '')).headers.get('content-type')).toBe('application/zip');

    expect(await refusal(client.deleteDependencyVersion(new fg.DeleteDependencyVersionRequest(first.dep_id, '2')))).toMatchObject({ status: 412, code: 'FSS.1033' });
    expect(await refusal(client.listDependencies(new fg.ListDependenciesRequest().withRuntime('Nothing1.0')))).toMatchObject({ status: 400, code: 'FSS.1005' });
    await client.deleteFunction(new fg.DeleteFunctionRequest(urn));
    for (const version of ['1', '2']) expect(await client.deleteDependencyVersion(new fg.DeleteDependencyVersionRequest(first.dep_id, version))).toMatchObject({ httpStatusCode: 204 });
    expect(await refusal(client.showDependencyVersion(new fg.ShowDependencyVersionRequest(first.dep_id, '1')))).toMatchObject({ status: 404, code: 'FSS.1056' });
  });
});
