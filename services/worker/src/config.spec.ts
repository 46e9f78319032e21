import { readConfig } from './config.js';

const COMPLETE = {
  WINDLASS_WORKER_ID: 'w1',
  WINDLASS_WORKER_GRPC_ADDRESS: 'unix:/run/worker.sock',
  WINDLASS_WORKER_DATA_SOCKET: '/run/data.sock',
  WINDLASS_REGISTRY_ADDRESS: 'registry:7000',
  WINDLASS_IAM_ADDRESS: 'iam:7000',
  WINDLASS_DATABASE_URL: 'postgresql://localhost/windlass',
  WINDLASS_WORKER_DATA_DIR: '/var/lib/worker',
};

describe('the configuration of a worker', () => {
  it('is read from the environment, limits by their names', () => {
    const config = readConfig({ ...COMPLETE, WINDLASS_WORKER_IDLE_SECONDS: '5', WINDLASS_WORKER_MAX_MEMORY_MB: '2048', WINDLASS_EGRESS_ALLOW: '10.1.2.0/24, 10.1.3.4' });
    expect(config).toMatchObject({ workerId: 'w1', registryAddress: 'registry:7000', iamAddress: 'iam:7000', limits: { idleSeconds: 5, maxMemoryMb: 2048 }, egress: { allow: ['10.1.2.0/24', '10.1.3.4'], deny: [] } });
  });

  it('is refused with everything that is wrong at once', () => {
    const read = () => readConfig({ ...COMPLETE, WINDLASS_WORKER_ID: 'a b', WINDLASS_DATABASE_URL: undefined, WINDLASS_WORKER_IDLE_SECONDS: '0' });
    for (const problem of ['WINDLASS_WORKER_ID is not right', 'WINDLASS_DATABASE_URL is missing', 'WINDLASS_WORKER_IDLE_SECONDS is "0"']) {
      expect(read).toThrow(problem);
    }
  });
});
