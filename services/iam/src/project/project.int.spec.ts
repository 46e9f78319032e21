import { Principal } from '@windlass/contracts/iam/v1/principal';
import { REGION, RunningIam } from '../testing/running-iam.js';

describe('projects', () => {
  let iam: RunningIam;
  let acme: Principal;
  let other: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
  });
  afterAll(() => iam?.stop());

  const list = (filter: { name?: string; domain_id?: string }) => iam.projects.listProjects({ name: '', domain_id: '', ...filter }, iam.as(acme));

  it('are those of the caller, in the form of IAM v3', async () => {
    await expect(list({})).resolves.toEqual({
      projects: [
        {
          id: acme.project_id,
          name: REGION,
          domain_id: acme.domain_id,
          parent_id: acme.domain_id,
          is_domain: false,
          enabled: true,
          description: '',
          links: { self: `http://127.0.0.1:7400/v3/projects/${acme.project_id}` },
        },
      ],
      links: { self: 'http://127.0.0.1:7400/v3/projects', next: undefined, previous: undefined },
    });
  });

  it('are found by name and by account, and only in the own account', async () => {
    const found = async (filter: { name?: string; domain_id?: string }) => (await list(filter)).projects.map(({ id }) => id);
    await expect(found({ name: REGION })).resolves.toEqual([acme.project_id]);
    await expect(found({ name: 'elsewhere' })).resolves.toEqual([]);
    await expect(found({ name: 'no\0where' })).resolves.toEqual([]);
    await expect(found({ domain_id: acme.domain_id })).resolves.toEqual([acme.project_id]);
    await expect(found({ domain_id: other.domain_id })).resolves.toEqual([]);
  });

  it('that a caller may use are the same', async () => {
    const { projects, links } = await iam.projects.listAuthProjects({ name: '', domain_id: '' }, iam.as(acme));
    expect(projects.map(({ id }) => id)).toEqual([acme.project_id]);
    expect(links?.self).toBe('http://127.0.0.1:7400/v3/auth/projects');
  });

  it('belong to the one account that a caller may use', async () => {
    await expect(iam.projects.listAuthDomains({}, iam.as(acme))).resolves.toEqual({
      domains: [
        {
          id: acme.domain_id,
          name: 'acme',
          enabled: true,
          description: '',
          links: { self: `http://127.0.0.1:7400/v3/domains/${acme.domain_id}` },
        },
      ],
      links: { self: 'http://127.0.0.1:7400/v3/auth/domains', next: undefined, previous: undefined },
    });
  });

  it('are shown to nobody whom the edge did not name', async () => {
    const request = { name: '', domain_id: '' };
    for (const call of [iam.projects.listProjects(request), iam.projects.listAuthProjects(request), iam.projects.listAuthDomains({})]) {
      await expect(call).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
  });
});
