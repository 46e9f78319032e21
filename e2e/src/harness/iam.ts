import { createRequire } from 'node:module';
import type * as Core from '@huaweicloud/huaweicloud-sdk-core';
import type * as Iam from '@huaweicloud/huaweicloud-sdk-iam';
import type { AccountCredentials } from './platform.js';
import { credentials } from './tenant.js';

const require = createRequire(import.meta.url);
export const iam = require('@huaweicloud/huaweicloud-sdk-iam/v3/public-api.js') as typeof Iam.v3;
const core = require('@huaweicloud/huaweicloud-sdk-core') as typeof Core;

/** The official IAM SDK's client, unmodified, signing with the account's access key. */
export function iamClient(account: AccountCredentials, endpoint = credentials().api): Iam.v3.IamClient {
  const key = new core.GlobalCredentials().withAk(account.access_key).withSk(account.secret_key).withDomainId(account.domain_id);
  return iam.IamClient.newBuilder().withCredential(key as never).withEndpoint(endpoint).build();
}

/** The same for operations on a project, whose id the SDK takes from the credential. */
export function projectIamClient(account: AccountCredentials, endpoint = credentials().api): Iam.v3.IamClient {
  const key = new core.BasicCredentials().withAk(account.access_key).withSk(account.secret_key).withProjectId(account.project_id);
  return iam.IamClient.newBuilder().withCredential(key as never).withEndpoint(endpoint).build();
}

/** The same with a temporary credential, as the API hands it out. */
export function temporaryIamClient(
  { access, secret, securitytoken }: { readonly access: string; readonly secret: string; readonly securitytoken: string },
  domainId: string,
): Iam.v3.IamClient {
  const key = new core.GlobalCredentials().withAk(access).withSk(secret).withDomainId(domainId).withSecurityToken(securitytoken);
  return iam.IamClient.newBuilder().withCredential(key as never).withEndpoint(credentials().api).build();
}
