import { AgencyServiceClient, CreateAgencyRequest } from '@windlass/contracts/iam/v1/agency_service';
import { GrantServiceClient } from '@windlass/contracts/iam/v1/grant_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateCustomPolicyRequest, RoleServiceClient } from '@windlass/contracts/iam/v1/role_service';
import { DecideActionsRequest, ServiceAuthorizationServiceClient, type DecideActionsResponse } from '@windlass/contracts/iam/v1/service_authorization_service';
import type { Remote } from '@windlass/grpc';
import { RunningIam } from '../testing/running-iam.js';

describe('what a service may do for somebody', () => {
  let iam: RunningIam;
  let authorization: Remote<ServiceAuthorizationServiceClient>;
  let acme: Principal;
  let other: Principal;
  let agencyId: string;

  beforeAll(async () => {
    iam = await RunningIam.start();
    authorization = iam.client(ServiceAuthorizationServiceClient);
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
    const agencies = iam.client(AgencyServiceClient);
    const create = async (name: string, trust_domain_name: string): Promise<string> =>
      (await agencies.createAgency(CreateAgencyRequest.fromPartial({ agency: { name, domain_id: acme.domain_id, trust_domain_name, duration: 'FOREVER' } }), iam.as(acme))).agency!.id;
    agencyId = await create('encryptor', 'op_svc_cff');
    await create('partner', 'other');
    const policy = {
      Version: '1.1',
      Statement: [
        { Effect: 'Allow', Action: ['kms:dek:*', 'kms:cmk:get'] },
        { Effect: 'Deny', Action: ['kms:dek:*'], Resource: ['KMS:*:*:KeyId:forbidden'] },
      ],
    };
    const { role } = await iam.client(RoleServiceClient).createCustomPolicy(CreateCustomPolicyRequest.fromPartial({ role: { display_name: 'keys', type: 'XA', policy } }), iam.as(acme));
    await iam.client(GrantServiceClient).associateAgencyWithProjectPermission({ project_id: acme.project_id, agency_id: agencyId, role_id: role!.id }, iam.as(acme));
  });
  afterAll(() => iam?.stop());

  const decide = (request: Partial<DecideActionsRequest>): Promise<DecideActionsResponse> =>
    authorization.decideActions(DecideActionsRequest.fromPartial({ domain_id: acme.domain_id, project_id: acme.project_id, actions: [], ...request }));
  const wanted = (...actions: string[]) => actions.map((action) => ({ action, resource: 'KeyId:k1' }));

  it('is what its agency is granted in the project, action by action and resource by resource', async () => {
    const actions = [...wanted('kms:dek:create', 'kms:cmk:get', 'kms:cmk:list'), { action: 'kms:dek:create', resource: 'KeyId:forbidden' }];
    const decided = await decide({ agency_name: 'ENCRYPTOR', service: 'functiongraph', actions });
    expect(decided).toMatchObject({ agency_state: 'usable', agency_id: agencyId, agency_name: 'encryptor', domain_name: 'acme', project_name: acme.project_name });
    expect(decided.decisions.map(({ action, allowed, all_enterprise_projects }) => [action, allowed, all_enterprise_projects])).toEqual([
      ['kms:dek:create', true, true],
      ['kms:cmk:get', true, true],
      ['kms:cmk:list', false, false],
      ['kms:dek:create', false, false],
    ]);
    await expect(decide({ agency_id: agencyId, actions })).resolves.toMatchObject({ decisions: decided.decisions });
  });

  it('is nothing where the agency does not exist or does not trust the service', async () => {
    await expect(decide({ agency_name: 'none', service: 'functiongraph', actions: wanted('kms:dek:create') })).resolves.toMatchObject({ agency_state: 'absent', decisions: [] });
    await expect(decide({ agency_name: 'partner', service: 'functiongraph', actions: wanted('kms:dek:create') })).resolves.toMatchObject({ agency_state: 'untrusting', decisions: [] });
    await expect(decide({ domain_id: other.domain_id, project_id: other.project_id, agency_name: 'encryptor', service: 'functiongraph' })).resolves.toMatchObject({ agency_state: 'absent' });
  });

  it('is everything for the administrator of the account', async () => {
    const { decisions } = await decide({ user_id: acme.user_id, actions: wanted('kms:dek:decrypt') });
    expect(decisions).toEqual([expect.objectContaining({ allowed: true, all_enterprise_projects: true })]);
  });

  it('is never about the project of another account', async () => {
    await expect(decide({ project_id: other.project_id, agency_id: agencyId })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(decide({ domain_id: other.domain_id, project_id: other.project_id, agency_id: agencyId })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(decide({})).rejects.toMatchObject({ reason: 'SUBJECT_INVALID' });
  });
});
