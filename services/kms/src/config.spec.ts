import { readConfig, readNewRootKey } from './config.js';

const environment = {
  WINDLASS_KMS_GRPC_ADDRESS: 'unix:/run/windlass/kms.sock',
  WINDLASS_IAM_ADDRESS: 'unix:/run/windlass/iam.sock',
  WINDLASS_DATABASE_URL: 'postgresql://localhost/windlass',
  WINDLASS_PRINCIPAL_KEY: 'ab'.repeat(32),
  WINDLASS_KMS_ROOT_KEY: 'cd'.repeat(32),
  WINDLASS_REGION: 'local-1',
};

describe('the configuration', () => {
  it('needs six variables and has a default for the rest', () => {
    expect(readConfig(environment)).toEqual({
      grpcAddress: 'unix:/run/windlass/kms.sock',
      iamAddress: 'unix:/run/windlass/iam.sock',
      databaseUrl: 'postgresql://localhost/windlass',
      busUrl: 'postgresql://localhost/windlass',
      principalKey: Buffer.alloc(32, 0xab),
      rootKey: Buffer.alloc(32, 0xcd),
      region: 'local-1',
      keysPerAccount: 100,
      useRetentionDays: 365,
    });
  });

  it('is refused with everything that is wrong, and without a secret', () => {
    const wrong = { ...environment, WINDLASS_KMS_ROOT_KEY: 'secret', WINDLASS_REGION: '', WINDLASS_KMS_KEYS_PER_ACCOUNT: '0' };
    expect(() => readConfig(wrong)).toThrow(/ROOT_KEY is not right(.|\n)*REGION is missing(.|\n)*KEYS_PER_ACCOUNT is not right/);
    expect(() => readConfig(wrong)).not.toThrow(/secret/);
  });

  it('takes the root keys from commands too, and says what is wrong with one', () => {
    const { WINDLASS_KMS_ROOT_KEY, ...rest } = environment;
    const command = { ...rest, WINDLASS_KMS_ROOT_KEY_COMMAND: `echo ${WINDLASS_KMS_ROOT_KEY}` };
    expect(readConfig(command).rootKey).toEqual(Buffer.alloc(32, 0xcd));
    expect(() => readConfig(rest)).toThrow(/ROOT_KEY is missing: it is one of/);
    expect(readNewRootKey({ WINDLASS_KMS_NEW_ROOT_KEY: 'ef'.repeat(32) })).toEqual(Buffer.alloc(32, 0xef));
    expect(() => readNewRootKey({ WINDLASS_KMS_NEW_ROOT_KEY_COMMAND: 'exit 4' })).toThrow(/status 4/);
  });
});
