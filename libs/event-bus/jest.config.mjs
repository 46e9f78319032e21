import preset from '../../jest.preset.mjs';

// One Kafka broker serves these tests.
export default { ...preset, globalSetup: '<rootDir>/src/testing/start-kafka.mjs', globalTeardown: '<rootDir>/src/testing/stop-kafka.mjs' };
