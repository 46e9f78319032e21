import { CreateDependencyVersionRequest } from '@windlass/contracts/registry/v1/dependency_service';
import { openBucket, type Bucket, type BucketAddress } from '@windlass/object-storage';
import { findS3Server, presignedUrl, startS3Server, type S3Server } from '@windlass/object-storage/testing';
import { RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';

const found = await findS3Server();
if ('lacking' in found) process.stdout.write(`skipped: ${found.lacking}\n`);

('lacking' in found ? describe.skip : describe)('code in a bucket of a real S3 server', () => {
  let server: S3Server;
  let registry: RegistryFixture;
  let address: BucketAddress;
  let bucket: Bucket;
  let tenant: Tenant;

  beforeAll(async () => {
    server = await startS3Server('program' in found ? found.program : '');
    address = await server.newBucket();
    bucket = openBucket(address);
    registry = await RegistryFixture.start({ codeUrlEndpoints: [address.endpoint ?? ''] });
  });
  afterAll(async () => {
    bucket?.close();
    await registry?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const fromUrl = (code_url: string) => registry.create(tenant, { code_type: 'obs', code_url, code_filename: '', func_code: undefined });

  it('becomes a function by a signed URL, whose signature is not kept', async () => {
    await bucket.put('apps/hello.zip', Buffer.from(zipBase64(), 'base64'));
    const created = await fromUrl(presignedUrl(address, 'apps/hello.zip'));
    expect(created).toMatchObject({ code_type: 'obs', code_url: `${address.endpoint}/${address.bucket}/apps/hello.zip`, code_filename: 'hello.zip' });
    const inRequest = await registry.create(tenant, { func_name: 'same' });
    expect(inRequest.digest).toBe(created.digest);
  });

  it('is refused without a signature, with another one, and where there is none', async () => {
    await bucket.put('apps/secret.zip', Buffer.from(zipBase64('secret'), 'base64'));
    const signed = presignedUrl(address, 'apps/secret.zip');
    for (const url of [signed.split('?')[0] ?? '', signed.replace('secret.zip', 'hello.zip')]) await expect(fromUrl(url)).rejects.toMatchObject({ code: 'FSS.1010' });
    await expect(fromUrl(presignedUrl(address, 'apps/missing.zip'))).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1054' });
    await bucket.put('apps/no.zip', Buffer.from('no zip'));
    await expect(fromUrl(presignedUrl(address, 'apps/no.zip'))).rejects.toMatchObject({ code: 'FSS.1011' });
  });

  it('becomes a dependency too', async () => {
    await bucket.put('libs.zip', Buffer.from(zipBase64('libs'), 'base64'));
    const request = CreateDependencyVersionRequest.fromPartial({ project_id: tenant.project, depend_type: 'obs', depend_link: presignedUrl(address, 'libs.zip'), runtime: 'http', name: 'libs' });
    expect(await registry.dependencies.createDependencyVersion(request, tenant.metadata())).toMatchObject({ version: 1, link: `${address.endpoint}/${address.bucket}/libs.zip` });
  });
});
