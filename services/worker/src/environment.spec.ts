import { instanceEnvironment } from './environment.js';
import { exampleSpec } from './testing/example-spec.js';

describe('the environment of an instance', () => {
  it('holds the documented variables', () => {
    const spec = exampleSpec({ user_data: '{"a":"1"}', memory_mb: 256, cpu_millicores: 400, timeout_seconds: 7, handler: 'index.handler' });
    expect(instanceEnvironment(spec, '/bin', 1_000)).toMatchObject({
      PATH: '/bin',
      RUNTIME_PROJECT_ID: 'p1',
      RUNTIME_FUNC_NAME: 'hello',
      RUNTIME_FUNC_VERSION: 'latest',
      RUNTIME_PACKAGE: 'default',
      RUNTIME_HANDLER: 'index.handler',
      RUNTIME_TIMEOUT: '7',
      RUNTIME_USERDATA: '{"a":"1"}',
      RUNTIME_CPU: '400',
      RUNTIME_MEMORY: '256',
      RUNTIME_MAX_RESP_BODY_SIZE: '6291456',
      RUNTIME_CODE_ROOT: '/opt/function/code',
    });
  });

  it('tells a function that streams the limit of what it may stream', () => {
    expect(instanceEnvironment(exampleSpec({ streams_response: true }), '/bin', 1_000)).toMatchObject({ RUNTIME_MAX_RESP_BODY_SIZE: '1000' });
  });

  it('takes the tenant\'s variables but never lets them replace a reserved one', () => {
    const environment = instanceEnvironment(exampleSpec({ environment: { GREETING: 'hi', RUNTIME_MEMORY: '9999', RUNTIME_MINE: 'x' } }), '/bin', 1_000);
    expect(environment).toMatchObject({ GREETING: 'hi', RUNTIME_MEMORY: '128' });
    expect(environment).not.toHaveProperty('RUNTIME_MINE');
  });

  it('leaves out what a process cannot be given', () => {
    const environment = instanceEnvironment(exampleSpec({ environment: { 'A=B': 'x', C: 'one\0two', '': 'y' } }), '/bin', 1_000);
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['A=B']));
    expect(environment).not.toHaveProperty('C');
    expect(environment).not.toHaveProperty('');
  });
});
