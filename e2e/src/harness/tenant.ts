import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import type * as FunctionGraph from '@huaweicloud/huaweicloud-sdk-functiongraph';
import type * as Core from '@huaweicloud/huaweicloud-sdk-core';
import type { AccountCredentials, Credentials } from './platform.js';

// The SDK writes an id file under the home directory when it is loaded; tests leave nobody's home changed.
process.env.HOME = tmpdir();
const require = createRequire(import.meta.url);
export const fg = require('@huaweicloud/huaweicloud-sdk-functiongraph/v2/public-api.js') as typeof FunctionGraph.v2;
const core = require('@huaweicloud/huaweicloud-sdk-core') as typeof Core;

/** What credentials.json of the platform under test holds. */
export function credentials(): Credentials {
  const text = process.env.WINDLASS_E2E_CREDENTIALS;
  if (text === undefined) throw new Error('the shared platform did not start');
  return JSON.parse(text) as Credentials;
}

/** What signs requests in a project; temporary keys come with a security token. */
export interface SigningKey extends Pick<AccountCredentials, 'access_key' | 'secret_key' | 'project_id'> {
  readonly security_token?: string;
}

/** The official SDK's client, unmodified, signing with the given access key. */
export function sdkClient(account: SigningKey, endpoint = credentials().api): FunctionGraph.v2.FunctionGraphClient {
  const key = new core.BasicCredentials().withAk(account.access_key).withSk(account.secret_key).withProjectId(account.project_id);
  if (account.security_token !== undefined) key.withSecurityToken(account.security_token);
  return fg.FunctionGraphClient.newBuilder().withCredential(key as never).withEndpoint(endpoint).build();
}

/** Logs in with user and password and calls the API with the token, as a script with curl would. */
export class TokenClient {
  private constructor(
    private readonly api: string,
    readonly token: string,
    private readonly projectId: string,
  ) {}

  static async logIn(account: AccountCredentials, api = credentials().api): Promise<TokenClient> {
    const response = await fetch(`${api}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: { methods: ['password'], password: { user: { name: account.user, password: account.password, domain: { name: account.domain } } } },
          scope: { project: { id: account.project_id } },
        },
      }),
    });
    const token = response.headers.get('x-subject-token');
    if (response.status !== 201 || token === null) throw new Error(`log-in failed: ${response.status} ${await response.text()}`);
    return new TokenClient(api, token, account.project_id);
  }

  /** `path` follows `/v2/{project}`; a string body is sent as it is. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: never; headers: Headers }> {
    const response = await fetch(`${this.api}/v2/${this.projectId}${path}`, {
      method,
      headers: { 'x-auth-token': this.token, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never, headers: response.headers };
  }
}

/** An answer of the SDK as what it is: the service's JSON with the wire's names, whatever the SDK's types say. */
export function wire<T = Record<string, never>>(answer: object): T {
  return answer as T;
}

/** What the SDK throws for an answer that is no success, reduced to what the service said. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string; message: string }> {
  const answer = await call.then(
    (value) => ({ accepted: value }),
    (error: { httpStatusCode?: number; errorCode?: string; errorMsg?: string }) => error,
  );
  if ('accepted' in answer) throw new Error(`was not refused: ${JSON.stringify(answer.accepted)}`);
  return { status: answer.httpStatusCode ?? 0, code: answer.errorCode ?? '', message: answer.errorMsg ?? '' };
}
