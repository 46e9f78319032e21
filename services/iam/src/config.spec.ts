import { parseConfig } from './config.js';

const key = Buffer.alloc(32, 7).toString('hex');
const env = {
  WINDLASS_IAM_GRPC_ADDRESS: 'unix:/run/windlass/iam.sock',
  WINDLASS_DATABASE_URL: 'postgresql://windlass@db/windlass',
  WINDLASS_REGION: 'local-1',
  WINDLASS_PRINCIPAL_KEY: key,
  WINDLASS_IAM_SECRETS_KEY: key,
  WINDLASS_API_PUBLIC_URL: 'http://127.0.0.1:7400',
  WINDLASS_REGISTRY_ADDRESS: 'unix:/run/windlass/registry.sock',
  WINDLASS_LOGS_ADDRESS: 'logs:7401',
  WINDLASS_KMS_ADDRESS: 'unix:/run/windlass/kms.sock',
};

describe('the configuration', () => {
  it('is read from the environment', () => {
    expect(parseConfig(env)).toEqual({
      ok: true,
      config: {
        grpcAddress: 'unix:/run/windlass/iam.sock',
        databaseUrl: 'postgresql://windlass@db/windlass',
        region: 'local-1',
        principalKey: Buffer.alloc(32, 7),
        secretsKey: Buffer.alloc(32, 7),
        publicApiUrl: 'http://127.0.0.1:7400',
        registryAddress: 'unix:/run/windlass/registry.sock',
        logsAddress: 'logs:7401',
        kmsAddress: 'unix:/run/windlass/kms.sock',
        signUp: 'open',
      },
    });
  });

  it('names everything that is missing, at once', () => {
    const parsed = parseConfig({});
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.split(' ')[0])).toEqual(Object.keys(env));
  });

  it.each([
    ['WINDLASS_IAM_GRPC_ADDRESS', 'somewhere'],
    ['WINDLASS_DATABASE_URL', 'mysql://db'],
    ['WINDLASS_REGION', 'Local 1'],
    ['WINDLASS_PRINCIPAL_KEY', Buffer.alloc(16).toString('hex')],
    ['WINDLASS_IAM_SECRETS_KEY', 'not hex at all, but of about the length'],
    ['WINDLASS_API_PUBLIC_URL', 'ftp://127.0.0.1'],
    ['WINDLASS_REGISTRY_ADDRESS', 'somewhere'],
    ['WINDLASS_LOGS_ADDRESS', 'somewhere'],
    ['WINDLASS_KMS_ADDRESS', 'somewhere'],
    ['WINDLASS_SIGN_UP', 'maybe'],
  ])('refuses %s "%s" and does not repeat its value', (name, value) => {
    const parsed = parseConfig({ ...env, [name]: value });
    expect(parsed).toEqual({ ok: false, problems: [expect.stringContaining(`${name} is not right`)] });
    expect(JSON.stringify(parsed)).not.toContain(value);
  });
});
