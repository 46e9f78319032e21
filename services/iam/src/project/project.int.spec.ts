import { Principal } from '@windlass/contracts/iam/v1/principal';
import { KeystoneCreateProjectRequest, KeystoneUpdateProjectRequest, ListProjectsRequest } from '@windlass/contracts/iam/v1/project_service';
import { startResourcePeers, type ResourcePeers } from '../testing/resource-peers.js';
import { REGION, RunningIam } from '../testing/running-iam.js';

describe('projects', () => {
  let iam: RunningIam;
  let peers: ResourcePeers;
  let acme: Principal;
  let other: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    peers = await startResourcePeers(iam);
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
  });
  afterAll(async () => {
    await iam?.stop();
    peers?.close();
  });

  const list = (filter: Parameters<typeof ListProjectsRequest.fromPartial>[0]) => iam.projects.listProjects(ListProjectsRequest.fromPartial(filter), iam.as(acme));

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
    const found = async (filter: Parameters<typeof ListProjectsRequest.fromPartial>[0]) => (await list(filter)).projects.map(({ id }) => id);
    await expect(found({ name: REGION })).resolves.toEqual([acme.project_id]);
    await expect(found({ name: 'elsewhere' })).resolves.toEqual([]);
    await expect(found({ name: 'no\0where' })).resolves.toEqual([]);
    await expect(found({ domain_id: acme.domain_id })).resolves.toEqual([acme.project_id]);
    await expect(found({ domain_id: other.domain_id })).resolves.toEqual([]);
  });

  it('that a caller may use are the same', async () => {
    const { projects, links } = await iam.projects.listAuthProjects(ListProjectsRequest.fromPartial({}), iam.as(acme));
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
    const request = ListProjectsRequest.fromPartial({});
    for (const call of [iam.projects.listProjects(request), iam.projects.listAuthProjects(request), iam.projects.listAuthDomains({})]) {
      await expect(call).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
  });

  describe('beneath that of the region', () => {
    const create = (name: string, change: object = {}) =>
      iam.projects.keystoneCreateProject(KeystoneCreateProjectRequest.fromPartial({ project: { name, parent_id: acme.project_id, ...change } }), iam.as(acme));

    it('are made, changed, listed and deleted, and tokens for them end with them', async () => {
      const { project } = await create(`${REGION}_dev`, { description: 'ours' });
      const id = project!.id;
      expect(project).toMatchObject({ name: `${REGION}_dev`, parent_id: acme.project_id, description: 'ours', enabled: true, is_domain: false });
      await expect(list({ parent_id: acme.project_id })).resolves.toMatchObject({ projects: [{ id }] });
      await expect(list({ parent_id: acme.domain_id })).resolves.toMatchObject({ projects: [{ id: acme.project_id }] });
      await expect(list({ page: 2, per_page: 1 })).resolves.toMatchObject({ projects: [{ id }] });
      await expect(list({ enabled: false })).resolves.toMatchObject({ projects: [] });

      const change = KeystoneUpdateProjectRequest.fromPartial({ id, project: { name: `${REGION}_test` } });
      await expect(iam.projects.keystoneUpdateProject(change, iam.as(acme))).resolves.toMatchObject({ project: { name: `${REGION}_test`, description: 'ours' } });
      await expect(iam.projects.showProjectDetailsAndStatus({ id }, iam.as(acme))).resolves.toMatchObject({ project: { id, status: 'normal' } });
      await expect(iam.projects.keystoneListProjectsForUser({ user_id: acme.user_id }, iam.as(acme))).resolves.toMatchObject({ projects: { length: 2 } });

      const { token_value: token } = await iam.logIn('acme', undefined, { auth: { scope: { project: { id } } } });
      await iam.projects.keystoneDeleteProject({ id }, iam.as(acme));
      await expect(iam.projects.keystoneShowProject({ id }, iam.as(acme))).rejects.toMatchObject({ kind: 'not_found' });
      await expect(iam.authentication.authenticateToken({ token })).rejects.toMatchObject({ kind: 'unauthenticated' });
      // Its name is free again.
      await create(`${REGION}_test`);
    });

    it('have names of their own, and no project beneath them', async () => {
      const { project } = await create(`${REGION}_taken`);
      await expect(create(`${REGION}_taken`)).rejects.toMatchObject({ kind: 'conflict', reason: 'PROJECT_EXISTS' });
      await expect(create(`${REGION}_taken_x`, { parent_id: project?.id })).rejects.toMatchObject({ reason: 'PARENT_INVALID' });
      await expect(create(`${REGION}_x`, { parent_id: other.project_id })).rejects.toMatchObject({ kind: 'not_found' });
      await expect(create(`${REGION}_x`, { domain_id: other.domain_id })).rejects.toMatchObject({ kind: 'not_found', reason: 'DOMAIN_UNKNOWN' });
    });

    it('stay while they hold anything, and say what', async () => {
      const { project } = await create(`${REGION}_full`);
      const id = project!.id;
      const place = `${acme.domain_id}/${id}`;
      const remove = () => iam.projects.keystoneDeleteProject({ id }, iam.as(acme));
      const refusal = (message: string) => ({ kind: 'conflict', reason: 'PROJECT_IN_USE', code: 'IAM.0005', message });

      peers.registry.counts.set(place, 2);
      peers.logs.counts.set(place, 1);
      await expect(remove()).rejects.toMatchObject(refusal('The project still holds 2 functions and 1 log group. Delete them first.'));
      peers.registry.counts.delete(place);
      await expect(remove()).rejects.toMatchObject(refusal('The project still holds 1 log group. Delete it first.'));
      peers.logs.counts.delete(place);
      peers.kms.counts.set(place, 3);
      await expect(remove()).rejects.toMatchObject(refusal('The project still holds 3 keys. Keys cannot be deleted, nor can a project that holds one.'));
      await expect(iam.projects.keystoneShowProject({ id }, iam.as(acme))).resolves.toMatchObject({ project: { id } });

      peers.kms.counts.delete(place);
      await remove();
    });

    it.each(['registry', 'logs', 'kms'] as const)('stay while %s cannot be asked', async (name) => {
      const { project } = await create(`${REGION}_${name}`);
      const id = project!.id;
      const remove = () => iam.projects.keystoneDeleteProject({ id }, iam.as(acme));
      peers[name].away = true;
      await expect(remove()).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(iam.projects.keystoneShowProject({ id }, iam.as(acme))).resolves.toMatchObject({ project: { id } });
      peers[name].away = false;
      await remove();
    });

    it('are nothing to another account', async () => {
      const { project } = await create(`${REGION}_secret`);
      const id = project!.id;
      for (const attempt of [
        () => iam.projects.keystoneShowProject({ id }, iam.as(other)),
        () => iam.projects.keystoneDeleteProject({ id }, iam.as(other)),
        () => iam.projects.keystoneUpdateProject(KeystoneUpdateProjectRequest.fromPartial({ id, project: {} }), iam.as(other)),
        () => iam.projects.keystoneListProjectsForUser({ user_id: acme.user_id }, iam.as(other)),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ kind: 'not_found' });
      }
    });
  });
});
