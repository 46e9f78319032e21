import preset from '../jest.preset.mjs';

// One platform serves all these tests, as one deployment serves all its tenants.
export default { ...preset, globalSetup: '<rootDir>/src/harness/start-platform.mjs', globalTeardown: '<rootDir>/src/harness/stop-platform.mjs' };
