import { packFiles } from '@windlass/function-package';
import { addTrigger, createRequest, demoClient, eventually, nodeFunction, uniqueName } from './harness/deploy.js';
import { KeyAgency, KeyClient } from './harness/customer-keys.js';
import { credentials, fg, refusal, wire } from './harness/tenant.js';

const APP = nodeFunction(`http.createServer((request, response) => response.end(JSON.stringify({ color: process.env.COLOR }))).listen(8000, '127.0.0.1');`);
const NEEDED = ['kms:cmk:get', 'kms:cmk:list', 'kms:dek:create', 'kms:dek:decrypt'];
const RIGHT = JSON.stringify({ color: 'red' });

interface Created {
  readonly func_urn: string;
  readonly digest: string;
  readonly code_encrypt_kms_key_id: string;
  readonly user_data_encrypt_kms_key_id: string;
}

// With the official SDKs of FunctionGraph and IAM; keys over the API as any client of KMS sends it.
describe('a function under a customer\'s key', () => {
  const { demo } = credentials();
  const client = demoClient();
  const undo: (() => Promise<unknown>)[] = [];
  let keys: KeyClient;
  let agency: KeyAgency;
  let zip: Buffer;

  beforeAll(async () => {
    keys = await KeyClient.logIn(demo);
    agency = await KeyAgency.create(demo);
    zip = await packFiles(APP);
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  async function create(change: { readonly codeEncryptKmsKeyId?: string; readonly userDataEncryptKmsKeyId?: string }): Promise<Created & { readonly url: string; readonly urn: string }> {
    const name = uniqueName('sealed');
    const request = createRequest(name, zip, { userData: { COLOR: 'red' } });
    Object.assign(request.body!, { xrole: agency.name, ...change });
    const created = wire<Created>(await client.createFunction(request));
    const urn = created.func_urn.replace(/:latest$/, '');
    undo.push(() => client.deleteFunction(new fg.DeleteFunctionRequest(urn)));
    return { ...created, urn, url: await addTrigger(created.func_urn, name, `/${name}`) };
  }
  const call = async (url: string): Promise<{ status: number; reason: string; text: string }> => {
    const response = await fetch(url);
    return { status: response.status, reason: response.headers.get('x-func-err-reason') ?? '', text: await response.text() };
  };
  const rightAnswer = (url: string) => eventually(() => call(url), ({ status, text }) => status === 200 && text === RIGHT);
  const refusedFor = (url: string, why: RegExp) => eventually(() => call(url), ({ status, reason, text }) => status === 502 && reason === 'KEY_UNUSABLE' && why.test(text));

  it('needs the agency to hold each of the actions, and makes the default key on first use', async () => {
    await expect(refusal(create({ codeEncryptKmsKeyId: 'functiongraph/default' }))).resolves.toMatchObject({ status: 400, code: 'FSS.1021', message: expect.stringMatching(/kms:cmk:get.*kms:dek:create.*kms:dek:decrypt.*kms:cmk:list.*kms:cmk:create/) });
    const take = await agency.grant(...NEEDED, 'kms:cmk:create');
    const made = await create({ codeEncryptKmsKeyId: 'functiongraph/default', userDataEncryptKmsKeyId: 'functiongraph/default' });
    expect(made).toMatchObject({ code_encrypt_kms_key_id: 'functiongraph/default', user_data_encrypt_kms_key_id: 'functiongraph/default' });
    expect((await keys.list()).filter(({ key_alias }) => key_alias === 'functiongraph/default')).toEqual([expect.objectContaining({ default_key_flag: '1' })]);
    await rightAnswer(made.url);

    await take();
    await agency.grant(...NEEDED);
    await rightAnswer((await create({ codeEncryptKmsKeyId: 'functiongraph/default' })).url);
  });

  it('is shown, downloaded, published and invoked like any other', async () => {
    const key = await keys.create();
    const made = await create({ codeEncryptKmsKeyId: key, userDataEncryptKmsKeyId: key });
    const config = await client.showFunctionConfig(new fg.ShowFunctionConfigRequest(made.urn));
    expect(config).toMatchObject({ code_encrypt_kms_key_id: key, user_data: '{"COLOR":"red"}', digest: made.digest });
    const code = wire<{ func_code: { link: string } }>(await client.showFunctionCode(new fg.ShowFunctionCodeRequest(made.urn)));
    expect(Buffer.from(await (await fetch(code.func_code.link)).arrayBuffer()).equals(zip)).toBe(true);
    const version = new fg.CreateFunctionVersionRequestBody().withVersion('v1');
    const published = wire<Created>(await client.createFunctionVersion(new fg.CreateFunctionVersionRequest(made.urn).withBody(version)));
    const answer = await client.invokeFunction(new fg.InvokeFunctionRequest(published.func_urn).withBody({}));
    expect(Buffer.from((answer as unknown as { body: string }).body, 'base64').toString()).toBe(RIGHT);
    const uses = await keys.uses(key);
    expect(uses.map(({ operation }) => operation)).toEqual(expect.arrayContaining(['create-datakey', 'encrypt-datakey', 'decrypt-datakey']));
    expect(uses.some(({ agency_name, encryption_context: { function_urn, digest } }) => agency_name === agency.name && function_urn === published.func_urn && digest === made.digest)).toBe(true);
  });

  it('stops when the key is disabled or is to be deleted, says so, and runs again when the key can be used', async () => {
    const key = await keys.create();
    const { url, func_urn: urn } = await create({ codeEncryptKmsKeyId: key });
    await rightAnswer(url);
    await keys.disable(key);
    await refusedFor(url, new RegExp(`${key}.*disabled`));
    await expect(refusal(client.invokeFunction(new fg.InvokeFunctionRequest(urn).withBody({})))).resolves.toMatchObject({ status: 424, code: 'FSS.4201', message: expect.stringContaining('KMS.0209') });
    await keys.enable(key);
    await rightAnswer(url);

    await expect(keys.scheduleDeletion(key)).resolves.toMatchObject({ affected_functions: [urn], affected_function_count: 1 });
    await refusedFor(url, /to be deleted/);
    await keys.cancelDeletion(key);
    await refusedFor(url, /disabled/);
    await keys.enable(key);
    await rightAnswer(url);
  });

  it('does not start when its agency may no longer use the key, and names what is missing', async () => {
    const key = await keys.create();
    const weak = await KeyAgency.create(demo);
    const take = await weak.grant(...NEEDED);
    const name = uniqueName('sealed');
    const request = createRequest(name, zip);
    Object.assign(request.body!, { xrole: weak.name, codeEncryptKmsKeyId: key });
    const { func_urn: urn } = wire<Created>(await client.createFunction(request));
    undo.push(() => client.deleteFunction(new fg.DeleteFunctionRequest(urn.replace(/:latest$/, ''))));
    await take();
    const refused = await refusal(client.invokeFunction(new fg.InvokeFunctionRequest(urn).withBody({})));
    expect(refused).toMatchObject({ status: 424, code: 'FSS.4222', message: expect.stringMatching(new RegExp(`${weak.name} may not do .*kms:dek:decrypt`)) });
  });

  it('gives right answers or the documented failures, and no others, while its key lives through everything under load', async () => {
    const key = await keys.create();
    const { url } = await create({ codeEncryptKmsKeyId: key, userDataEncryptKmsKeyId: key });
    await rightAnswer(url);
    let isOver = false;
    const odd: unknown[] = [];
    const counted = { right: 0, refused: 0 };
    // Requests that an instance was serving when it was ended are told so.
    const documented = new Set(['KEY_UNUSABLE', 'INSTANCE_STOPPED']);
    const caller = async (): Promise<void> => {
      while (!isOver) {
        const answer = await call(url);
        if (answer.status === 200 && answer.text === RIGHT) counted.right += 1;
        else if ([502, 503].includes(answer.status) && documented.has(answer.reason)) counted.refused += 1;
        else odd.push(answer);
      }
    };
    const callers = Array.from({ length: 4 }, caller);
    try {
      for (let round = 0; round < 3; round += 1) {
        await keys.rotate(key);
        await rightAnswer(url);
        await keys.disable(key);
        await refusedFor(url, /disabled/);
        await keys.enable(key);
        await rightAnswer(url);
        await keys.scheduleDeletion(key);
        await refusedFor(url, /to be deleted/);
        await keys.cancelDeletion(key);
        await keys.enable(key);
        await rightAnswer(url);
      }
    } finally {
      isOver = true;
      await Promise.all(callers);
    }
    expect(odd).toEqual([]);
    expect(counted.right).toBeGreaterThan(0);
    expect(counted.refused).toBeGreaterThan(0);
  });
});
