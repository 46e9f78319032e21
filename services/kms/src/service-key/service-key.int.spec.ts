import { ServiceKeyServiceClient } from '@windlass/contracts/kms/v1/service_key_service';
import { connect, type Remote } from '@windlass/grpc';
import { runKms, type RunningKms } from '../testing/running-kms.js';

describe('the default key of a service', () => {
  let kms: RunningKms;
  let serviceKeys: Remote<ServiceKeyServiceClient>;

  beforeAll(async () => {
    kms = await runKms();
    serviceKeys = connect(ServiceKeyServiceClient, kms.config.grpcAddress);
  });
  afterAll(async () => {
    serviceKeys?.close();
    await kms?.close();
  });

  const of = ({ project_id }: { project_id: string }) => ({ project_id, service: 'functiongraph' });

  it('is made on first use, once however many ask at the same time, and one in each project', async () => {
    const [ann, bob] = [kms.tenant(), kms.tenant()];
    await expect(serviceKeys.findServiceKey(of(ann), ann.as())).resolves.toEqual({ key_id: '' });
    const made = await Promise.all(Array.from({ length: 8 }, () => serviceKeys.ensureServiceKey(of(ann), ann.as())));
    expect(new Set(made.map(({ key_id }) => key_id)).size).toBe(1);
    await expect(serviceKeys.findServiceKey(of(ann), ann.as())).resolves.toEqual(made[0]);
    await expect(serviceKeys.ensureServiceKey(of(bob), bob.as())).resolves.not.toEqual(made[0]);
  });

  it('can be used, is shown as what it is, and cannot be disabled or deleted by tenants', async () => {
    const ann = kms.tenant();
    const { key_id } = await serviceKeys.ensureServiceKey(of(ann), ann.as());
    await expect(ann.describe(key_id)).resolves.toMatchObject({ key_alias: 'functiongraph/default', default_key_flag: '1', key_spec: 'AES_256', domain_id: ann.domain_id });
    const { cipher_text, plain_text } = await ann.dataKey(key_id);
    await expect(ann.decrypt(key_id, cipher_text)).resolves.toMatchObject({ data_key: plain_text });
    await expect(ann.disable(key_id)).rejects.toMatchObject({ code: 'KMS.0211' });
    await expect(ann.schedule(key_id)).rejects.toMatchObject({ code: 'KMS.0211' });
  });

  it('is of no service that has none, and of no project but the caller\'s', async () => {
    const [ann, bob] = [kms.tenant(), kms.tenant()];
    await expect(serviceKeys.ensureServiceKey({ ...of(ann), service: 'obs' }, ann.as())).rejects.toMatchObject({ code: 'KMS.0308' });
    await expect(serviceKeys.ensureServiceKey(of(bob), ann.as())).rejects.toMatchObject({ code: 'KMS.0306' });
  });
});
