import { RegistryFixture } from '../testing/registry-fixture.js';

describe('the logs of a project', () => {
  let registry: RegistryFixture;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());

  it('are enabled once, and after that are said to be, in the words that clients take for success', async () => {
    const tenant = registry.tenant();
    const enable = () => registry.functions.enableLtsLogs({ project_id: tenant.project }, tenant.metadata());
    expect(await enable()).toEqual({});
    await expect(enable()).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1221', message: expect.stringMatching(/lts log has been enabled/i) });
    const other = registry.tenant();
    expect(await registry.functions.enableLtsLogs({ project_id: other.project }, other.metadata())).toEqual({});
  });
});
