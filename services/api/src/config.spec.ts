import { readConfig } from './config.js';

const complete = {
  WINDLASS_PRINCIPAL_KEY: 'ab'.repeat(32),
  WINDLASS_API_LINK_KEY: 'cd'.repeat(32),
  WINDLASS_SERVICE_ADDRESSES: 'windlass.iam.v1=unix:/run/iam.sock, windlass.registry.v1=10.0.0.1:7000',
  WINDLASS_WORKER_ADDRESSES: 'unix:/run/worker.sock',
};

describe('the configuration', () => {
  it('needs keys and addresses and presets the rest', () => {
    expect(readConfig(complete)).toEqual({
      host: '127.0.0.1',
      port: 7400,
      grpcHost: '127.0.0.1',
      grpcPort: 7450,
      principalKey: Buffer.alloc(32, 0xab),
      linkKey: Buffer.alloc(32, 0xcd),
      serviceAddresses: { 'windlass.iam.v1': 'unix:/run/iam.sock', 'windlass.registry.v1': '10.0.0.1:7000' },
      workerAddresses: ['unix:/run/worker.sock'],
      publicUrl: 'http://127.0.0.1:7400',
      bodyLimitBytes: 75_497_472,
    });
  });

  it('is refused with everything that is wrong, never with a secret', () => {
    const wrong = { ...complete, WINDLASS_PRINCIPAL_KEY: 'short-secret', WINDLASS_API_PORT: '70000', WINDLASS_SERVICE_ADDRESSES: 'nowhere', WINDLASS_API_PUBLIC_URL: 'ftp://x', WINDLASS_WORKER_ADDRESSES: '' };
    let problem = '';
    try {
      readConfig(wrong);
    } catch (error) {
      problem = String(error);
    }
    for (const name of ['WINDLASS_PRINCIPAL_KEY', 'WINDLASS_API_PORT', 'WINDLASS_SERVICE_ADDRESSES', 'WINDLASS_API_PUBLIC_URL', 'WINDLASS_WORKER_ADDRESSES']) expect(problem).toContain(name);
    expect(problem).not.toContain('short-secret');
  });
});
