// One Jest configuration for every package. Tests run from the sources of the whole workspace (the
// "@windlass/source" export condition), so a package's tests never need another package's build.
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@windlass/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  testTimeout: 60_000,
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
};
