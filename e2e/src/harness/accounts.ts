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
