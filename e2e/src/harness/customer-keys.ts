import { uniqueName } from './deploy.js';
import { iam, iamClient } from './iam.js';
import type { AccountCredentials } from './platform.js';
import { credentials, TokenClient, wire } from './tenant.js';

const { api } = credentials();

/** Calls of a tenant to the key service, as the vendor's clients send them. */
export class KeyClient {
  private constructor(
    private readonly token: string,
    private readonly projectId: string,
  ) {}

  static async logIn(account: AccountCredentials): Promise<KeyClient> {
    return new KeyClient((await TokenClient.logIn(account)).token, account.project_id);
  }

  async create(): Promise<string> {
    return (await this.call<{ key_info: { key_id: string } }>('create-key', { key_alias: uniqueName('code') })).key_info.key_id;
  }

  disable = (key_id: string) => this.call('disable-key', { key_id });
  enable = (key_id: string) => this.call('enable-key', { key_id });
  cancelDeletion = (key_id: string) => this.call('cancel-key-deletion', { key_id });
  scheduleDeletion = (key_id: string) => this.call<{ affected_functions: string[]; affected_function_count: number }>('schedule-key-deletion', { key_id, pending_days: '7' });
  describe = (key_id: string) => this.call<{ key_info: Record<string, string> }>('describe-key', { key_id });

  async list(): Promise<readonly { readonly key_id: string; readonly key_alias: string; readonly default_key_flag: string }[]> {
    return (await this.call<{ key_details: { key_id: string; key_alias: string; default_key_flag: string }[] }>('list-keys', { limit: '1000' })).key_details;
  }

  async rotate(keyId: string): Promise<void> {
    await this.send(`/windlass/v1/${this.projectId}/kms/keys/${keyId}/rotations`, {});
  }

  async uses(keyId: string): Promise<readonly { readonly operation: string; readonly outcome: string; readonly agency_name: string; readonly encryption_context: Record<string, string> }[]> {
    const response = await fetch(`${api}/windlass/v1/${this.projectId}/kms/keys/${keyId}/uses`, { headers: { 'x-auth-token': this.token } });
    return ((await response.json()) as { uses: [] }).uses;
  }

  private call<T = unknown>(verb: string, body: object): Promise<T> {
    return this.send(`/v1.0/${this.projectId}/kms/${verb}`, body);
  }

  private async send<T>(path: string, body: object): Promise<T> {
    const response = await fetch(api + path, { method: 'POST', headers: { 'x-auth-token': this.token, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }
}

/** An agency that trusts FunctionGraph, and a custom policy that can be granted to it and changed. */
export class KeyAgency {
  private constructor(
    readonly name: string,
    private readonly agencyId: string,
    private readonly account: AccountCredentials,
  ) {}

  static async create(account: AccountCredentials): Promise<KeyAgency> {
    const name = uniqueName('encryptor');
    const option = new iam.CreateAgencyOption(name, account.domain_id).withTrustDomainName('op_svc_cff').withDuration('FOREVER' as never);
    const answer = await iamClient(account).createAgency(new iam.CreateAgencyRequest().withBody(new iam.CreateAgencyRequestBody(option)));
    return new KeyAgency(name, wire<{ agency: { id: string } }>(answer).agency.id, account);
  }

  /** Lets it do these actions of KMS in the account's project; answers how to take that back. */
  async grant(...actions: readonly string[]): Promise<() => Promise<void>> {
    const token = await domainToken(this.account);
    const headers = { 'x-auth-token': token, 'content-type': 'application/json' };
    const role = { display_name: uniqueName('keys'), type: 'XA', description: 'keys', policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: actions }] } };
    const created = await fetch(`${api}/v3.0/OS-ROLE/roles`, { method: 'POST', headers, body: JSON.stringify({ role }) });
    const { id } = ((await created.json()) as { role: { id: string } }).role;
    const path = `${api}/v3.0/OS-AGENCY/projects/${this.account.project_id}/agencies/${this.agencyId}/roles/${id}`;
    const change = async (method: string): Promise<void> => {
      const response = await fetch(path, { method, headers: { 'x-auth-token': token } });
      if (response.status !== 204) throw new Error(`${method} of a grant answered ${response.status}: ${await response.text()}`);
    };
    await change('PUT');
    return () => change('DELETE');
  }
}

async function domainToken(account: AccountCredentials): Promise<string> {
  const password = { user: { name: account.user, password: account.password, domain: { name: account.domain } } };
  const auth = { identity: { methods: ['password'], password }, scope: { domain: { id: account.domain_id } } };
  const response = await fetch(`${api}/v3/auth/tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ auth }) });
  return response.headers.get('x-subject-token') ?? '';
}
