import { readConfig } from './config.js';

const KEY = 'ab'.repeat(32);
const env = {
  WINDLASS_REGISTRY_ADDRESS: 'unix:/r.sock',
  WINDLASS_DATABASE_URL: 'postgresql:///windlass',
  WINDLASS_PRINCIPAL_KEY: KEY,
  WINDLASS_SECRETS_KEY: KEY,
  WINDLASS_PACKAGE_DIRECTORY: '/packages',
  WINDLASS_LOGS_ADDRESS: 'unix:/l.sock',
};

describe('the configuration', () => {
  it('has defaults for what a small installation need not say', () => {
    expect(readConfig(env)).toMatchObject({ region: 'local-1', functionQuota: 400, codeSizeQuotaMb: 10_240, gatewayUrl: { scheme: 'http', host: '127.0.0.1', port: 7480 } });
  });

  it.each([
    ['WINDLASS_DATABASE_URL', ''],
    ['WINDLASS_SECRETS_KEY', 'ab'],
    ['WINDLASS_FUNCTION_QUOTA', 'many'],
    ['WINDLASS_GATEWAY_SCHEME', 'ftp'],
  ])('is refused by the name of the variable: %s=%s', (name, value) => {
    expect(() => readConfig({ ...env, [name]: value })).toThrow(name);
  });
});
