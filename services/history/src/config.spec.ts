import { readConfig } from './config.js';

const environment = {
  WINDLASS_HISTORY_GRPC_ADDRESS: 'unix:/run/windlass/history.sock',
  WINDLASS_IAM_ADDRESS: 'unix:/run/windlass/iam.sock',
  WINDLASS_REGISTRY_ADDRESS: 'unix:/run/windlass/registry.sock',
  WINDLASS_KMS_ADDRESS: 'unix:/run/windlass/kms.sock',
  WINDLASS_LOGS_ADDRESS: 'logs:7410',
  WINDLASS_PRINCIPAL_KEY: 'ab'.repeat(32),
  WINDLASS_DATABASE_URL: 'postgresql://localhost/windlass',
};

describe('the configuration', () => {
  it('names every service that keeps events', () => {
    expect(readConfig(environment)).toEqual({
      grpcAddress: 'unix:/run/windlass/history.sock',
      sources: { iam: 'unix:/run/windlass/iam.sock', registry: 'unix:/run/windlass/registry.sock', kms: 'unix:/run/windlass/kms.sock', logs: 'logs:7410' },
      databaseUrl: 'postgresql://localhost/windlass',
      principalKey: Buffer.alloc(32, 0xab),
      checkpointIntervalMs: 3_600_000,
    });
    expect(readConfig({ ...environment, WINDLASS_CHECKPOINT_MINUTES: '5' }).checkpointIntervalMs).toBe(300_000);
  });

  it('is refused with everything that is wrong, and without a secret', () => {
    const wrong = { ...environment, WINDLASS_PRINCIPAL_KEY: 'secret', WINDLASS_KMS_ADDRESS: '', WINDLASS_CHECKPOINT_MINUTES: 'often' };
    expect(() => readConfig(wrong)).toThrow(/KMS_ADDRESS is missing(.|\n)*PRINCIPAL_KEY is not right(.|\n)*CHECKPOINT_MINUTES is not right/);
    expect(() => readConfig(wrong)).not.toThrow(/secret/);
  });
});
