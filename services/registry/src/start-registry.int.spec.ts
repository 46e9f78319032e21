import { RegistryFixture } from './testing/registry-fixture.js';
import { startRegistry } from './index.js';

describe('starting the registry', () => {
  let registry: RegistryFixture;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());

  const elsewhere = (): string => `unix:${registry.directory}/second.sock`;

  it('fails, and does not hang, when the database cannot be reached', async () => {
    const databaseUrl = `postgresql://nobody@/windlass?host=${encodeURIComponent(registry.directory)}`;
    await expect(startRegistry({ ...registry.config, grpcAddress: elsewhere(), databaseUrl })).rejects.toThrow();
  });

  it('fails when another process listens at its address', async () => {
    await expect(startRegistry(registry.config)).rejects.toThrow();
    await registry.create(registry.tenant());
  });

  it('twice on one database works: one migrates and relays, the other stands by', async () => {
    const second = await startRegistry({ ...registry.config, grpcAddress: elsewhere() });
    await registry.create(registry.tenant());
    await second.close();
  });
});
