import type { JsonObject } from '@bufbuild/protobuf';
import { eventually, uniqueName } from '../harness/deploy.js';
import { credentials } from '../harness/tenant.js';
import { call, isObject, type Credential } from './public-calls.js';
import { operationNamed } from './public-operations.js';
import { LIBRARIES, SCRIPT } from './sample-requests.js';

/** A tenant with one of every resource. */
export interface FurnishedTenant {
  /** In the name of everything it owns. */
  readonly mark: string;
  readonly administrator: Credential & { readonly kind: 'signature' };
  /** Ids of what it owns, by the names the contract gives them. */
  readonly ids: Readonly<Record<string, string>>;
}

const PASSWORD = 'Correct-Horse-1';

/** Signs up, and makes one of each thing a tenant can make. */
export async function furnishTenant(prefix: string): Promise<FurnishedTenant> {
  const mark = uniqueName(prefix);
  const account = await signUp({ account_name: mark, user_name: `${mark}-admin`, password: PASSWORD, email: `${mark}@example.com` });
  const administrator = signature(account);
  const project_id = String(account['project_id']);
  const domain_id = String(account['domain_id']);
  const make = (operation: string, fields: JsonObject) => perform(operation, fields, administrator);

  const created = await make('CreateFunction', {
    project_id, func_name: mark, package: 'default', runtime: 'http', handler: 'bootstrap', timeout: 10, memory_size: 128, code_type: 'inline', func_code: { file: SCRIPT },
  });
  const function_urn = String(created['func_urn']).replace(/:latest$/, '');
  const trigger = await make('CreateFunctionTrigger', { project_id, function_urn, trigger_type_code: 'APIG', event_data: { name: mark, path: '/', auth: 'NONE' } });
  await make('CreateFunctionVersion', { project_id, function_urn, version: mark });
  await make('CreateVersionAlias', { project_id, function_urn, name: mark, version: mark });
  await make('CreateTags', { project_id, resource_id: function_urn, tags: [{ key: mark, value: mark }] });
  const testEvent = await make('CreateEvent', { project_id, function_urn, name: 'sample-event', content: 'e30=' });
  const dependency = await make('CreateDependencyVersion', { project_id, depend_type: 'zip', depend_file: LIBRARIES, runtime: 'http', name: mark.replace(/[^A-Za-z0-9]+$/, '') });
  const { log_group_id } = await make('CreateLogGroup', { project_id, log_group_name: mark, ttl_in_days: 7 });
  const stream = await make('CreateLogStream', { project_id, log_group_id: String(log_group_id), log_stream_name: mark });
  const key = await make('CreateKey', { project_id, key_alias: mark, key_spec: 'EC_P256' });
  const key_id = idOf(key, 'key_info', 'key_id');
  await make('CreateKmsTag', { project_id, key_id, tag: { key: mark, value: mark } });
  const grant = await make('CreateGrant', { project_id, key_id, grantee_principal: 'nobody', operations: ['retire-grant'], name: mark });
  const user = await make('CreateUser', { user: { name: mark, domain_id, password: PASSWORD } });
  const group = await make('KeystoneCreateGroup', { group: { name: mark, domain_id } });
  const role = await make('CreateCustomPolicy', {
    role: { display_name: mark, type: 'XA', description: mark, policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] } },
  });
  const agency = await make('CreateAgency', { agency: { name: mark, domain_id, trust_domain_name: credentials().demo.domain, description: mark } });
  const enterpriseProject = await make('CreateEnterpriseProject', { name: mark });
  const user_id = idOf(user, 'user');
  const accessKey = await make('CreatePermanentAccessKey', { credential: { user_id, description: mark } });
  return {
    mark,
    administrator,
    ids: {
      project_id,
      id: project_id,
      domain_id,
      account_id: domain_id,
      function_urn,
      resource_id: function_urn,
      alias_name: mark,
      event_id: String(testEvent['id']),
      trigger_id: String(trigger['trigger_id']),
      depend_id: String(dependency['dep_id']),
      dependency_version: String(dependency['id']),
      log_group_id: String(log_group_id),
      log_stream_id: String(stream['log_stream_id']),
      key_id,
      grant_id: String(grant['grant_id']),
      user_id,
      group_id: idOf(group, 'group'),
      role_id: idOf(role, 'role'),
      agency_id: idOf(agency, 'agency'),
      enterprise_project_id: idOf(enterpriseProject, 'enterprise_project'),
      access_key: idOf(accessKey, 'credential', 'access'),
    },
  };
}

/** Signs up, as soon as strangers may: how many sign up in a minute is limited, and other tests do too. */
export async function signUp(fields: JsonObject): Promise<JsonObject> {
  const answer = await eventually(() => call('REST', operationNamed('SignUp'), fields, { kind: 'none' }), ({ status }) => status !== 429);
  if (answer.outcome !== 'ok' || !isObject(answer.body)) throw new Error(`SignUp was refused: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** A new user of a tenant, with an access key and the named system policies. */
export async function addUser(tenant: FurnishedTenant, name: string, policies: readonly string[]): Promise<Credential & { readonly kind: 'signature'; readonly userName: string }> {
  const { administrator, ids, mark } = tenant;
  const domain_id = ids['domain_id'] ?? '';
  const userName = `${mark}-${name}`;
  const user_id = idOf(await perform('CreateUser', { user: { name: userName, domain_id } }, administrator), 'user');
  const group_id = idOf(await perform('KeystoneCreateGroup', { group: { name: userName, domain_id } }, administrator), 'group');
  await perform('KeystoneAddUserToGroup', { group_id, user_id }, administrator);
  for (const display_name of policies) {
    const { roles } = await perform('KeystoneListPermissions', { display_name }, administrator);
    const [role] = (roles as JsonObject[]).filter((candidate) => candidate['display_name'] === display_name);
    const grant = { domain_id, group_id, role_id: String(role?.['id']) };
    await perform('KeystoneAssociateGroupWithDomainPermission', grant, administrator);
    await perform('UpdateDomainGroupInheritRole', grant, administrator);
  }
  const { credential } = await perform('CreatePermanentAccessKey', { credential: { user_id } }, administrator);
  const { access, secret } = credential as { access: string; secret: string };
  return { kind: 'signature', accessKey: access, secretKey: secret, projectId: administrator.projectId, userName };
}

/** Performs an operation that must succeed; its answer. */
export async function perform(name: string, fields: JsonObject, credential: Credential): Promise<JsonObject> {
  const answer = await call('REST', operationNamed(name), fields, credential);
  if (answer.outcome !== 'ok') throw new Error(`${name} was refused: ${answer.status} ${answer.text}`);
  return isObject(answer.body) ? answer.body : {};
}

function signature(account: JsonObject): Credential & { readonly kind: 'signature' } {
  const { access_key: accessKey, secret_key: secretKey, project_id: projectId } = account as Record<string, string>;
  return { kind: 'signature', accessKey: accessKey ?? '', secretKey: secretKey ?? '', projectId: projectId ?? '' };
}

function idOf(answer: JsonObject, member: string, field = 'id'): string {
  const shown = answer[member];
  const id = isObject(shown) ? shown[field] : undefined;
  if (typeof id !== 'string' || id === '') throw new Error(`no ${member}.${field} in ${JSON.stringify(answer)}`);
  return id;
}
