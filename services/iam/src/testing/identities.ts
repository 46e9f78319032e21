import { CreatePermanentAccessKeyRequest, AccessKeyServiceClient } from '@windlass/contracts/iam/v1/access_key_service';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { AgencyServiceClient, CreateAgencyRequest, type Agency } from '@windlass/contracts/iam/v1/agency_service';
import type { AuthenticateSignatureRequest } from '@windlass/contracts/iam/v1/authentication_service';
import { GroupServiceClient, KeystoneCreateGroupRequest, type Group } from '@windlass/contracts/iam/v1/group_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { TemporaryCredentialServiceClient } from '@windlass/contracts/iam/v1/temporary_credential_service';
import { CreateUserRequest, UserServiceClient, type UserDetails } from '@windlass/contracts/iam/v1/user_service';
import { sign } from '@windlass/request-signing';
import type { RunningIam } from './running-iam.js';

export const USER_PASSWORD = 'battery staple 2';

/** The services of identities, and what tests of them do again and again. */
export function identitiesOf(iam: RunningIam) {
  const users = iam.client(UserServiceClient);
  const groups = iam.client(GroupServiceClient);
  const accessKeys = iam.client(AccessKeyServiceClient);
  const agencies = iam.client(AgencyServiceClient);
  const credentials = iam.client(TemporaryCredentialServiceClient);
  return {
    users,
    groups,
    accessKeys,
    agencies,
    credentials,

    async createUser(caller: Principal, name: string, change: object = {}): Promise<UserDetails> {
      const request = CreateUserRequest.fromPartial({ user: { name, password: USER_PASSWORD, ...change } });
      return (await users.createUser(request, iam.as(caller))).user!;
    },
    async createGroup(caller: Principal, name: string): Promise<Group> {
      return (await groups.keystoneCreateGroup(KeystoneCreateGroupRequest.fromPartial({ group: { name } }), iam.as(caller))).group!;
    },
    async createKey(caller: Principal, userId = '') {
      const request = CreatePermanentAccessKeyRequest.fromPartial({ credential: { user_id: userId } });
      return (await accessKeys.createPermanentAccessKey(request, iam.as(caller))).credential!;
    },
    async createAgency(caller: Principal, name: string, change: object = {}): Promise<Agency> {
      return (await agencies.createAgency(CreateAgencyRequest.fromPartial({ agency: { name, ...change } }), iam.as(caller))).agency!;
    },
    logIn(account: string, name: string, password = USER_PASSWORD) {
      const user = { name, password, domain: { name: account } };
      return iam.createToken({ auth: { identity: { methods: ['password'], password: { user } } } });
    },
  };
}

/** The account's administrator, as the edge names it to the service. */
export function administratorOf(account: CreateAccountResponse): Principal {
  const { domain_id, domain_name, user_id, user_name } = account;
  return Principal.fromPartial({ domain_id, domain_name, user_id, user_name, roles: ['te_admin'] });
}

/** A user without any permission, as the edge names it to the service. */
export function principalOf(account: CreateAccountResponse, { id, name }: { readonly id: string; readonly name: string }): Principal {
  const { domain_id, domain_name } = account;
  return Principal.fromPartial({ domain_id, domain_name, user_id: id, user_name: name });
}

/** A request signed by the client library, as the edge hands it on. */
export function signedWith(key: { readonly access: string; readonly secret: string; readonly securitytoken?: string }): AuthenticateSignatureRequest {
  const { access: accessKey, secret: secretKey, securitytoken: securityToken } = key;
  const request = { method: 'GET', requestTarget: '/v3/projects', body: '' };
  const headers = sign(
    { ...request, headers: [{ name: 'host', value: '127.0.0.1:7400' }] },
    { accessKey, secretKey, now: new Date(), ...(securityToken === undefined ? {} : { securityToken }) },
  );
  const emptyBody = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  return { method: request.method, request_target: request.requestTarget, headers: [...headers], body_sha256: emptyBody, project_id: '' };
}
