import { ProjectResourceServiceClient } from '@windlass/contracts/registry/v1/project_resources';
import { connect, type Remote } from '@windlass/grpc';
import { RegistryFixture, type Tenant } from '../testing/registry-fixture.js';

describe('the functions of a project, as iam counts them', () => {
  let registry: RegistryFixture;
  let resources: Remote<ProjectResourceServiceClient>;

  beforeAll(async () => {
    registry = await RegistryFixture.start();
    resources = connect(ProjectResourceServiceClient, registry.config.grpcAddress);
  });
  afterAll(async () => {
    resources?.close();
    await registry?.stop();
  });

  it('are those there are, whatever the caller may see, and of its account only', async () => {
    const owner = registry.tenant();
    const count = async (who: Tenant) => (await resources.countProjectResources({ project_id: owner.project }, who.metadata())).functions;
    await expect(count(owner)).resolves.toBe(0);
    await registry.create(owner, { func_name: 'one' });
    await registry.create(owner, { func_name: 'two' });
    await expect(count(owner)).resolves.toBe(2);
    // The credential may be for another project of the account, and of a caller whose grants reach none of them.
    await expect(count(registry.tenant(owner.principal.domain_id, []))).resolves.toBe(2);
    await expect(count(registry.tenant())).resolves.toBe(0);
    await registry.functions.deleteFunction({ project_id: owner.project, function_urn: 'one' }, owner.metadata());
    await expect(count(owner)).resolves.toBe(1);
    await expect(resources.countProjectResources({ project_id: owner.project })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});
