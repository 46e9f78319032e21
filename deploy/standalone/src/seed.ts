import { join } from 'node:path';
import { AccountServiceClient } from '@windlass/contracts/iam/v1/account_service';
import { isWindlassError } from '@windlass/errors';
import { packNodeApp } from '@windlass/function-package';
import { connect } from '@windlass/grpc';
import type { AccountCredentials, Secrets, SeedSecrets } from './credentials.js';
import { ApiAnswer, SignedClient } from './signed-client.js';

const ADMINISTRATOR = { domain: 'windlass', user: 'administrator' } as const;
const DEMO = { domain: 'demo', user: 'demo' } as const;
const DEMO_FUNCTION = 'hello-express';
const LONG_CALL_MS = 30_000;

export interface SeedTarget {
  readonly iamAddress: string;
  readonly apiOrigin: string;
  readonly region: string;
}

export interface Seeded {
  readonly admin: AccountCredentials;
  readonly demo: AccountCredentials;
}

/** Creates the platform's own account and the demo tenant where they are missing. Safe to run again after any crash. */
export async function seedAccounts(target: SeedTarget, secrets: SeedSecrets): Promise<Seeded> {
  const accounts = connect(AccountServiceClient, target.iamAddress);
  try {
    for (const [names, secret, isOperator] of [[ADMINISTRATOR, secrets.admin, true], [DEMO, secrets.demo, false]] as const) {
      await accounts
        .createAccount(
          {
            account_name: names.domain,
            user_name: names.user,
            password: secret.password,
            email: `${names.user}@${names.domain}.invalid`,
            is_operator: isOperator,
            access_key: secret.access_key,
            secret_key: secret.secret_key,
          },
          { deadlineMs: LONG_CALL_MS },
        )
        .catch(ignoreExisting);
    }
  } finally {
    accounts.close();
  }
  return { admin: await lookUp(target, ADMINISTRATOR, secrets.admin), demo: await lookUp(target, DEMO, secrets.demo) };
}

/** Asks the API who the key belongs to, the way an SDK does when it starts; so the key is also proved to work. */
async function lookUp(target: SeedTarget, names: { domain: string; user: string }, secret: Secrets): Promise<AccountCredentials> {
  const client = new SignedClient(target.apiOrigin, { accessKey: secret.access_key, secretKey: secret.secret_key });
  const { domains } = await client.call<{ domains: { id: string }[] }>('GET', '/v3/auth/domains');
  const { projects } = await client.call<{ projects: { id: string }[] }>('GET', `/v3/projects?name=${encodeURIComponent(target.region)}`);
  const [domain, project] = [domains[0], projects[0]];
  if (domain === undefined || project === undefined) throw new Error(`the account ${names.domain} has no project in region ${target.region}`);
  return { domain: names.domain, domain_id: domain.id, user: names.user, ...secret, project_id: project.id };
}

/** The demo function with its URL, deployed through the public API where it is missing. */
export async function seedDemoFunction(target: SeedTarget, demo: AccountCredentials): Promise<{ function_urn: string; url: string }> {
  const client = new SignedClient(target.apiOrigin, { accessKey: demo.access_key, secretKey: demo.secret_key });
  const root = `/v2/${demo.project_id}/fgs`;
  const urn = `urn:fss:${target.region}:${demo.project_id}:function:default:${DEMO_FUNCTION}`;
  const existing = await client.call<{ func_urn: string }>('GET', `${root}/functions/${urn}/config`).catch(undefinedWhenMissing);
  const created = existing ?? (await createDemoFunction(client, root));
  const triggers = await client.call<Trigger[]>('GET', `${root}/triggers/${urn}`);
  const trigger = triggers.find(({ event_data: data }) => data.invoke_url !== undefined) ?? (await createDemoTrigger(client, root, urn));
  return { function_urn: created.func_urn, url: trigger.event_data.invoke_url ?? '' };
}

interface Trigger {
  readonly event_data: { readonly invoke_url?: string };
}

async function createDemoFunction(client: SignedClient, root: string): Promise<{ func_urn: string }> {
  return client.call('POST', `${root}/functions`, {
    func_name: DEMO_FUNCTION,
    package: 'default',
    runtime: 'http',
    handler: 'bootstrap',
    timeout: 30,
    memory_size: 256,
    code_type: 'zip',
    code_filename: `${DEMO_FUNCTION}.zip`,
    func_code: { file: (await packNodeApp(join(import.meta.dirname, '../demo'))).toString('base64') },
    description: 'An Express app, deployed by the first start.',
  });
}

async function createDemoTrigger(client: SignedClient, root: string, urn: string): Promise<Trigger> {
  return client.call('POST', `${root}/triggers/${urn}`, {
    trigger_type_code: 'DEDICATEDGATEWAY',
    event_data: { name: DEMO_FUNCTION, path: '/', match_mode: 'SWA', req_method: 'ANY', auth: 'NONE', protocol: 'HTTP', env_name: 'RELEASE', env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID', type: 1 },
  });
}

function ignoreExisting(error: unknown): undefined {
  if (isWindlassError(error) && error.kind === 'conflict') return undefined;
  throw error;
}

function undefinedWhenMissing(error: unknown): undefined {
  if (error instanceof ApiAnswer && error.status === 404) return undefined;
  throw error;
}
