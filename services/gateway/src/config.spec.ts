import { readConfig, readLimits } from './config.js';

const complete = {
  WINDLASS_GATEWAY_GRPC_ADDRESS: 'unix:/run/gateway.sock',
  WINDLASS_REGISTRY_ADDRESS: 'unix:/run/registry.sock',
  WINDLASS_IAM_ADDRESS: 'iam.internal:7501',
  WINDLASS_WORKER_SOCKETS: '/run/w1.sock,/run/w2.sock',
  WINDLASS_DATABASE_URL: 'postgresql://localhost/windlass',
};

describe('the configuration from the environment', () => {
  it('has defaults for what is not said', () => {
    expect(readConfig(complete)).toMatchObject({ host: '127.0.0.1', port: 7480, workerSockets: ['/run/w1.sock', '/run/w2.sock'], limits: {} });
  });

  it('takes every limit by its name', () => {
    expect(readConfig({ ...complete, WINDLASS_GATEWAY_MAX_BODY_BYTES: '1000', WINDLASS_GATEWAY_IDLE_TIMEOUT_MS: '5' }).limits).toEqual({
      maxBodyBytes: 1000,
      idleTimeoutMs: 5,
    });
  });

  it('names everything that is wrong at once', () => {
    const wrong = { ...complete, WINDLASS_IAM_ADDRESS: '', WINDLASS_GATEWAY_PORT: '70000', WINDLASS_WORKER_SOCKETS: 'relative.sock', WINDLASS_GATEWAY_DRAIN_MS: '-1' };
    const names = ['WINDLASS_IAM_ADDRESS', 'WINDLASS_GATEWAY_PORT', 'WINDLASS_WORKER_SOCKETS', 'WINDLASS_GATEWAY_DRAIN_MS'];
    for (const name of names) expect(() => readConfig(wrong)).toThrow(name);
  });

  it('changes the limits of a gateway that shares its process, too, and nothing else of it', () => {
    expect(readLimits({ WINDLASS_GATEWAY_PORT: '7480', WINDLASS_GATEWAY_MAX_REFUSALS_PER_SECOND: '50' })).toEqual({ maxRefusalsPerSecond: 50 });
    expect(() => readLimits({ WINDLASS_GATEWAY_MAX_REFUSALS_PER_SECOND: 'many' })).toThrow('WINDLASS_GATEWAY_MAX_REFUSALS_PER_SECOND');
  });
});
