// A guard nobody has seen fail may guard nothing: each lint rule that holds the structure is broken here on purpose.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const cases = [
  ['a service that imports a service', 'services/registry/src/index.ts', "import { startIam } from '@windlass/iam';\nexport const x = startIam;\n", '@nx/enforce-module-boundaries'],
  ['a service that reaches into a service by path', 'services/registry/src/index.ts', "import { startIam } from '../../iam/src/index.js';\nexport const x = startIam;\n", '@nx/enforce-module-boundaries'],
  ['a library that imports a service', 'libs/grpc/src/index.ts', "import { startIam } from '@windlass/iam';\nexport const x = startIam;\n", '@nx/enforce-module-boundaries'],
  ['a test of the whole platform that imports a service', 'e2e/src/harness/deploy.ts', "import { startIam } from '@windlass/iam';\nexport const x = startIam;\n", '@nx/enforce-module-boundaries'],
  ['a client that imports more than the platform publishes', 'clients/verify-history/src/usage.ts', "import { WindlassError } from '@windlass/errors';\nexport const x = WindlassError;\n", '@nx/enforce-module-boundaries'],
  ['contracts that import anything of ours', 'libs/contracts/src/index.ts', "import { WindlassError } from '@windlass/errors';\nexport const x = WindlassError;\n", '@nx/enforce-module-boundaries'],
  ['a framework in the HTTP codec', 'libs/http1/src/index.ts', "import { Module } from '@nestjs/common';\nexport const x = Module;\n", 'no-restricted-imports'],
  ['the environment read outside config.ts', 'services/registry/src/index.ts', 'export const x = process.env.HOME;\n', 'no-restricted-properties'],
  ['a promise nobody waits for', 'services/registry/src/index.ts', 'export function x(): void {\n  Promise.resolve(1);\n}\n', '@typescript-eslint/no-floating-promises'],
  ['a switch that forgets a state', 'libs/errors/src/index.ts', "export function x(s: 'a' | 'b'): number {\n  switch (s) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n", '@typescript-eslint/switch-exhaustiveness-check'],
];
const blameless = ['libs/errors/src/index.ts', 'export const one = 1;\n'];

/** The rules each piece of code breaks, were it the content of its file (which must exist, for the type-aware rules). */
function rulesBroken(pieces) {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/lint-text.mjs')], {
    cwd: root,
    input: JSON.stringify(pieces.map(([file, code]) => ({ file, code }))),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`eslint gave no result: ${stderr}`);
  return JSON.parse(stdout);
}

describe('the lint refuses', () => {
  let broken;

  beforeAll(() => {
    // The boundary rule skips itself, silently, without a project graph.
    spawnSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects'], { cwd: root });
    broken = rulesBroken([...cases.map(([, file, code]) => [file, code]), blameless]);
  });

  it.each(cases.map(([what, , , rule], index) => [what, rule, index]))('%s', (_what, rule, index) => {
    expect(broken[index]).toContain(rule);
  });

  it('nothing in code that keeps the rules', () => {
    expect(broken.at(-1)).toEqual([]);
  });
});
