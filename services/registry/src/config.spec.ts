import { readConfig } from './config.js';

const KEY = 'ab'.repeat(32);
const environment = {
  WINDLASS_REGISTRY_GRPC_ADDRESS: 'unix:/r.sock',
  WINDLASS_DATABASE_URL: 'postgresql:///windlass',
  WINDLASS_PRINCIPAL_KEY: KEY,
  WINDLASS_REGISTRY_SECRETS_KEY: KEY,
  WINDLASS_PACKAGE_DIRECTORY: '/packages',
  WINDLASS_LOGS_GRPC_ADDRESS: 'unix:/l.sock',
  WINDLASS_IAM_GRPC_ADDRESS: 'unix:/i.sock',
  WINDLASS_KMS_GRPC_ADDRESS: 'unix:/k.sock',
};

describe('the configuration', () => {
  it('has defaults for what a small installation need not say', () => {
    expect(readConfig(environment)).toMatchObject({
      busUrl: 'postgresql:///windlass',
      region: 'local-1',
      functionQuota: 400,
      codeSizeQuotaMb: 10_240,
      packageHistory: { days: 30, megabytes: 10_240 },
      gatewayUrl: { scheme: 'http', host: '127.0.0.1', port: 7480 },
    });
  });

  it('takes the gateway\'s public URL apart', () => {
    const config = readConfig({ ...environment, WINDLASS_GATEWAY_PUBLIC_URL: 'https://x.example', WINDLASS_GATEWAY_DOMAIN: 'fn.example' });
    expect(config.gatewayUrl).toEqual({ scheme: 'https', host: 'x.example', port: 443, domain: 'fn.example' });
  });

  it('keeps packages in a folder or in a bucket, and in one of them', () => {
    expect(readConfig(environment).packages).toEqual({ directory: '/packages' });
    const { WINDLASS_PACKAGE_DIRECTORY: _, ...elsewhere } = environment;
    const bucket = 's3://code/windlass?endpoint=http://127.0.0.1:9000';
    expect(readConfig({ ...elsewhere, WINDLASS_PACKAGE_BUCKET: bucket }).packages).toMatchObject({ bucket: { bucket: 'code', prefix: 'windlass/' } });
    expect(() => readConfig({ ...environment, WINDLASS_PACKAGE_BUCKET: bucket })).toThrow(/one place/);
    expect(() => readConfig({ ...elsewhere, WINDLASS_PACKAGE_BUCKET: 'code' })).toThrow(/WINDLASS_PACKAGE_BUCKET: .*not the address of a bucket/);
    expect(() => readConfig(elsewhere)).toThrow(/WINDLASS_PACKAGE_DIRECTORY is missing/);
  });

  it('says how long old code is kept', () => {
    expect(readConfig({ ...environment, WINDLASS_PACKAGE_HISTORY_DAYS: '0', WINDLASS_PACKAGE_HISTORY_MB: '7' }).packageHistory).toEqual({ days: 0, megabytes: 7 });
    expect(() => readConfig({ ...environment, WINDLASS_PACKAGE_HISTORY_DAYS: '-1' })).toThrow(/WINDLASS_PACKAGE_HISTORY_DAYS is not right: it is a whole number of days/);
  });

  it('is refused with everything that is wrong, and without the values of keys', () => {
    const wrong = { ...environment, WINDLASS_DATABASE_URL: '', WINDLASS_REGISTRY_SECRETS_KEY: 'hush', WINDLASS_FUNCTION_QUOTA: 'many', WINDLASS_GATEWAY_PUBLIC_URL: 'ftp://x' };
    const read = (): unknown => readConfig(wrong);
    for (const name of ['WINDLASS_DATABASE_URL', 'WINDLASS_REGISTRY_SECRETS_KEY', 'WINDLASS_FUNCTION_QUOTA', 'WINDLASS_GATEWAY_PUBLIC_URL']) expect(read).toThrow(name);
    expect(read).not.toThrow('hush');
  });
});
