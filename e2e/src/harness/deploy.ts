import { randomBytes } from 'node:crypto';
import { packFiles, type PackageFile } from '@windlass/function-package';
import { credentials, fg, sdkClient, wire, type SigningKey } from './tenant.js';

export interface Deployed {
  readonly urn: string;
  readonly name: string;
  /** Only when a trigger was asked for. */
  readonly url: string;
  remove(): Promise<void>;
}

export interface DeployOptions {
  readonly name?: string;
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
  /** Path of a gateway trigger; none when absent. */
  readonly path?: string;
  readonly concurrency?: number;
  readonly userData?: Record<string, string>;
  /** Whose function it is; the demo tenant's when absent. */
  readonly tenant?: SigningKey;
  /** Where the API is, when it is not that of the platform all tests share. */
  readonly api?: string;
}

export const demoClient = () => sdkClient(credentials().demo);

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** Deploys an HTTP function with the official SDK. */
export async function deploy(code: Buffer | readonly PackageFile[], options: DeployOptions = {}): Promise<Deployed> {
  const client = sdkClient(options.tenant ?? credentials().demo, options.api);
  const name = options.name ?? uniqueName('e2e');
  const zip = Buffer.isBuffer(code) ? code : await packFiles(code as readonly PackageFile[]);
  const created = await client.createFunction(createRequest(name, zip, options));
  const { func_urn: urn } = wire<{ func_urn: string }>(created);
  if (options.concurrency !== undefined) {
    const config = new fg.UpdateFunctionConfigRequestBody(name, 'http' as never, options.timeoutSeconds ?? 10, 'bootstrap', options.memoryMb ?? 256);
    config.strategyConfig = new fg.StrategyConfig().withConcurrency(400).withConcurrentNum(options.concurrency);
    await client.updateFunctionConfig(new fg.UpdateFunctionConfigRequest(urn).withBody(config));
  }
  const url = options.path === undefined ? '' : await addTrigger(urn, name, options.path, 'NONE', client);
  const remove = async (): Promise<void> => void (await client.deleteFunction(new fg.DeleteFunctionRequest(urn.replace(/:latest$/, ''))));
  return { urn, name, url, remove };
}

export function createRequest(name: string, zip: Buffer, options: DeployOptions = {}): InstanceType<typeof fg.CreateFunctionRequest> {
  const body = new fg.CreateFunctionRequestBody(name, 'default', 'http' as never, options.timeoutSeconds ?? 10, 'bootstrap', options.memoryMb ?? 256);
  body.codeType = 'zip' as never;
  body.codeFilename = `${name}.zip`;
  body.funcCode = new fg.FuncCode().withFile(zip.toString('base64'));
  if (options.userData !== undefined) body.userData = JSON.stringify(options.userData);
  return new fg.CreateFunctionRequest().withBody(body);
}

export async function addTrigger(urn: string, name: string, path: string, auth = 'NONE', client = demoClient()): Promise<string> {
  const body = new fg.CreateFunctionTriggerRequestBody('DEDICATEDGATEWAY' as never, {
    name,
    path,
    match_mode: 'SWA',
    req_method: 'ANY',
    auth,
    protocol: 'HTTP',
    type: 1,
    env_name: 'RELEASE',
    env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
    func_info: { invocation_type: 'sync', timeout: 30_000 },
  } as never);
  const trigger = await client.createFunctionTrigger(new fg.CreateFunctionTriggerRequest(urn).withBody(body));
  return wire<{ event_data: { invoke_url: string } }>(trigger).event_data.invoke_url;
}

/** Replaces a function's code. What is called from then on is the new code. */
export async function redeploy({ urn, name }: Pick<Deployed, 'urn' | 'name'>, code: readonly PackageFile[], client = demoClient()): Promise<void> {
  const body = new fg.UpdateFunctionCodeRequestBody('zip' as never).withCodeFilename(`${name}.zip`);
  body.funcCode = new fg.FuncCode().withFile((await packFiles(code)).toString('base64'));
  await client.updateFunctionCode(new fg.UpdateFunctionCodeRequest(urn).withBody(body));
}

/** A function in plain Node.js; `script` has `http` at hand and must listen itself. */
export function nodeFunction(script: string): readonly PackageFile[] {
  return [
    { name: 'bootstrap', content: '#!/bin/sh\nexec node server.mjs\n', executable: true },
    { name: 'server.mjs', content: `import http from 'node:http';\n${script}\n` },
  ];
}

/** Asks until the answer satisfies, for what follows a write with a delay. Fails with the last answer after 15 seconds. */
export async function eventually<T>(ask: () => Promise<T>, satisfied: (answer: T) => boolean): Promise<T> {
  const until = Date.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (Date.now() > until) throw new Error(`still not as expected: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
