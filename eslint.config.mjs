import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// Who may import whom. Every rule here is broken on purpose once in scripts/lint-rules.spec.mjs.
const boundaries = [
  { sourceTag: 'kind:contract', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'kind:lib', onlyDependOnLibsWithTags: ['kind:lib', 'kind:contract'] },
  { sourceTag: 'kind:service', onlyDependOnLibsWithTags: ['kind:lib', 'kind:contract'] },
  // Clients know nothing of the platform but what it publishes; what checks a history is read together with what made it.
  { sourceTag: 'kind:client', onlyDependOnLibsWithTags: ['kind:contract', 'scope:hash-chain'] },
  { sourceTag: 'kind:deploy', onlyDependOnLibsWithTags: ['kind:service', 'kind:lib', 'kind:contract'] },
  // Tests of the whole platform use its public interfaces, of which the contracts are one; they pack functions as tenants do,
  // and benchmarks measure one decision of the policy engine beside a whole call, the event store and the bus by themselves, and
  // peers that the package manager installs.
  {
    sourceTag: 'kind:e2e',
    onlyDependOnLibsWithTags: ['kind:contract', ...['embedded-postgres', 'event-bus', 'event-store', 'function-package', 'http1', 'kafka-local', 'policy-engine', 'principal', 'request-signing', 'system-packages', 'telemetry', 'victorialogs-local'].map((scope) => `scope:${scope}`)],
  },
];

const frameworks = ['@nestjs/*', 'typeorm', 'pg', 'kafkajs', '@grpc/*', 'rxjs'].map((group) => ({
  group: [group, `${group}/*`],
  message: 'This module decides or moves bytes: it may not know a framework, a database or a broker.',
}));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'libs/contracts/src/gen/**', '.windlass/**', '.nx/**', 'test-results/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { project: ['./tsconfig.spec.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints: boundaries, enforceBuildableLibDependency: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Decorated parameters need value imports that look type-only to the rule.
    files: ['**/*.module.ts', '**/*.controller.ts', 'services/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['services/gateway/src/data-path/**/*.ts', 'services/worker/src/data-path/**/*.ts', 'services/worker/src/{sandbox,instance,network,cgroup,pool}/**/*.ts', 'libs/http1/src/**/*.ts', 'libs/request-signing/src/**/*.ts', 'libs/policy-engine/src/**/*.ts', 'services/**/*.{state,decider,events}.ts', 'services/**/decide-*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: frameworks }] },
  },
  {
    // process.env is read where configuration is parsed, and by the programs themselves.
    files: ['services/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/config.ts', '**/main.ts', '**/*.spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read the environment in config.ts only.' }],
    },
  },
  { files: ['deploy/standalone/src/**/*.ts', 'e2e/src/**/*.ts'], rules: { 'no-console': 'off' } },
);
