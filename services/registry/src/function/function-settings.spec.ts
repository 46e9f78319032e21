import { readSettings, type SettingsFields } from './function-settings.js';
import { NO_AGENCIES, USUAL_CONFINEMENT } from './function.state.js';

const read = (change: Partial<SettingsFields> = {}): ReturnType<typeof readSettings> =>
  readSettings({ runtime: 'http', timeout: 30, handler: '', memory_size: 128, user_data: '', description: '', initializer_timeout: 0, enterprise_project_id: '', xrole: '', app_xrole: '', ...change }, 'standard');

const refused = (change: Partial<SettingsFields>, code: string, message = ''): void => {
  expect(() => read(change)).toThrow(expect.objectContaining({ kind: 'invalid', code, message: expect.stringContaining(message) }));
};

describe('the configuration of a function', () => {
  it('has the documented defaults', () => {
    expect(read()).toEqual({
      handler: '-',
      memoryMb: 128,
      timeoutSeconds: 30,
      initializerTimeoutSeconds: 0,
      ephemeralStorageMb: 512,
      description: '',
      enterpriseProjectId: '0',
      userData: '',
      agencies: NO_AGENCIES,
      confinement: USUAL_CONFINEMENT,
    });
  });

  it('keeps what is sent, user_data byte for byte', () => {
    expect(read({ handler: 'bootstrap', user_data: '{ "A" : "1" }', initializer_timeout: 60, ephemeral_storage: 10240, enterprise_project_id: '0' })).toMatchObject({
      handler: 'bootstrap',
      userData: '{ "A" : "1" }',
      initializerTimeoutSeconds: 60,
      ephemeralStorageMb: 10240,
      enterpriseProjectId: '0',
    });
  });

  it('runs http and says so of every other runtime, known or not', () => {
    refused({ runtime: '' }, 'FSS.1005', 'missing');
    refused({ runtime: 'Python3.9' }, 'FSS.1005', 'not available on this installation');
    refused({ runtime: 'Custom Image' }, 'FSS.1005', 'not available on this installation');
    refused({ runtime: 'Cobol' }, 'FSS.1005', 'not known');
  });

  it('has one of the documented memory sizes', () => {
    expect(read({ memory_size: 10240 }).memoryMb).toBe(10240);
    refused({ memory_size: undefined }, 'FSS.1007', 'missing');
    refused({ memory_size: 0 }, 'FSS.1007');
    refused({ memory_size: 129 }, 'FSS.1007', '128, 256');
  });

  it('has a timeout of 3 to 900 seconds', () => {
    expect([3, 900].map((timeout) => read({ timeout }).timeoutSeconds)).toEqual([3, 900]);
    refused({ timeout: undefined }, 'FSS.1008', 'missing');
    refused({ timeout: 2 }, 'FSS.1008');
    refused({ timeout: 901 }, 'FSS.1008', '3 to 900');
  });

  it('has a handler of at most 128 characters, a description of at most 512', () => {
    expect(read({ handler: 'x'.repeat(128), description: 'x'.repeat(512) }).handler).toHaveLength(128);
    refused({ handler: 'x'.repeat(129) }, 'FSS.1003');
    refused({ handler: '\0' }, 'FSS.1003');
    refused({ description: 'x'.repeat(513) }, 'FSS.1019');
    refused({ description: '\0' }, 'FSS.1019');
  });

  it('refuses other values out of range under their own codes', () => {
    refused({ initializer_timeout: 301 }, 'FSS.1405');
    refused({ ephemeral_storage: 600 }, 'FSS.0400');
    refused({ type: 'v1' }, 'FSS.0400');
    refused({ enterprise_project_id: 'x y' }, 'FSS.0400');
    refused({ user_data: '[]' }, 'FSS.1009');
  });
});
