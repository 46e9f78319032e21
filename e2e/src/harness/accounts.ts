import type { AccountCredentials } from './platform.js';
import { credentials } from './tenant.js';
import { uniqueName } from './deploy.js';

const PASSWORD = 'Correct-Horse-1';

/** Signs up a tenant of its own, with the credentials that sign-up gives. */
export async function signUp(prefix = 'tenant'): Promise<AccountCredentials> {
  const response = await fetch(`${credentials().api}/windlass/v1/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account_name: uniqueName(prefix), user_name: 'ann', password: PASSWORD, email: 'ann@example.com' }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`sign-up failed: ${response.status} ${text}`);
  const created = JSON.parse(text) as { domain_id: string; domain_name: string; user_name: string; access_key: string; secret_key: string; project_id: string };
  return { domain: created.domain_name, user: created.user_name, password: PASSWORD, ...created };
}

/** Gives an account other quotas than the default ones, as the platform's administrator. */
export async function setQuotas({ domain_id }: AccountCredentials, quotas: Readonly<Record<string, number>>): Promise<void> {
  const { api, admin } = credentials();
  const identity = { methods: ['password'], password: { user: { name: admin.user, password: admin.password, domain: { name: admin.domain } } } };
  const send = (method: string, path: string, token: string, body: object): Promise<Response> =>
    fetch(`${api}${path}`, { method, headers: { 'content-type': 'application/json', 'x-auth-token': token }, body: JSON.stringify(body) });
  const logIn = await send('POST', '/v3/auth/tokens', '', { auth: { identity, scope: { domain: { name: admin.domain } } } });
  const answer = await send('PUT', `/windlass/v1/admin/accounts/${domain_id}/quotas`, logIn.headers.get('x-subject-token') ?? '', { quotas });
  if (!answer.ok) throw new Error(`the quotas were not set: ${answer.status} ${await answer.text()}`);
}
