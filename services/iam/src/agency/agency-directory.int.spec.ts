import { AgencyDirectoryServiceClient } from '@windlass/contracts/iam/v1/agency_directory_service';
import { AgencyServiceClient, CreateAgencyRequest, IssueForServiceRequest } from '@windlass/contracts/iam/v1/agency_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import type { Remote } from '@windlass/grpc';
import { RunningIam } from '../testing/running-iam.js';

describe('what functions may do with an agency', () => {
  let iam: RunningIam;
  let directory: Remote<AgencyDirectoryServiceClient>;
  let agencies: Remote<AgencyServiceClient>;
  let acme: Principal;
  let other: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    directory = iam.client(AgencyDirectoryServiceClient);
    agencies = iam.client(AgencyServiceClient);
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
    for (const [name, trust_domain_name] of [['reader', 'op_svc_cff'], ['console', 'functiongraph'], ['keys', 'op_svc_kms'], ['partner', 'other'], ['old', 'op_svc_cff']] as const) {
      const agency = { name, domain_id: acme.domain_id, trust_domain_name, duration: 'ONEDAY' };
      await agencies.createAgency(CreateAgencyRequest.fromPartial({ agency }), iam.as(acme));
    }
    await iam.sql(`UPDATE iam.agencies SET expires_at = now() - interval '1 second' WHERE name = 'old'`);
  });
  afterAll(() => iam?.stop());

  const stateOf = async (agency_name: string, { domain_id } = acme): Promise<string> => {
    return (await directory.showAgencyState({ service: 'functiongraph', domain_id, agency_name })).state;
  };
  const issue = (change: Partial<IssueForServiceRequest>) =>
    agencies.issueForService(IssueForServiceRequest.fromPartial({ service: 'functiongraph', domain_id: acme.domain_id, agency_name: 'reader', duration_seconds: 900, ...change }));

  it('depends on whether their account has it, it is in force, and it trusts FunctionGraph', async () => {
    await expect(stateOf('reader')).resolves.toBe('usable');
    await expect(stateOf('READER')).resolves.toBe('usable');
    await expect(stateOf('console')).resolves.toBe('usable');
    await expect(stateOf('keys')).resolves.toBe('untrusting');
    await expect(stateOf('partner')).resolves.toBe('untrusting');
    await expect(stateOf('old')).resolves.toBe('expired');
    await expect(stateOf('none')).resolves.toBe('absent');
    await expect(stateOf('reader', other)).resolves.toBe('absent');
    await expect(stateOf('')).resolves.toBe('absent');
    await expect(stateOf('a\0b')).resolves.toBe('absent');
  });

  it('is the same when credentials are issued', async () => {
    await expect(issue({})).resolves.toMatchObject({ agency_name: 'reader', access_key: expect.stringMatching(/^\w{20}$/) });
    for (const agency_name of ['keys', 'partner', 'old']) await expect(issue({ agency_name })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(issue({ agency_name: 'none' })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(issue({ domain_id: other.domain_id })).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('is for no other service', async () => {
    await expect(directory.showAgencyState({ service: 'kms', domain_id: acme.domain_id, agency_name: 'keys' })).rejects.toMatchObject({ reason: 'SERVICE_UNKNOWN' });
    await expect(issue({ service: 'kms' })).rejects.toMatchObject({ reason: 'SERVICE_UNKNOWN' });
  });

  it('reaches the project of the function: tokens are for that one, and never for one of another account', async () => {
    const { auth_token: token } = await issue({ project_id: acme.project_id });
    const { principal } = await iam.authentication.authenticateToken({ token });
    expect(principal).toMatchObject({ domain_id: acme.domain_id, project_id: acme.project_id, agency_name: 'reader', roles: [] });
    await expect(issue({ project_id: other.project_id })).rejects.toMatchObject({ kind: 'not_found' });
  });
});
