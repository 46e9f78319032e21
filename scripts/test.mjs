// Everything a change must pass, in the order that fails fastest: contracts, types, lint, then all tests in one Jest run.
// Ends with one line that counts the tests, whatever happened before it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const report = join(root, 'test-results', 'jest.json');
mkdirSync(join(root, 'test-results'), { recursive: true });
// An old report must not be counted when this run makes none.
rmSync(report, { force: true });

const only = process.argv.slice(2);
const checks = [
  ['contracts lint', bin('buf'), ['lint'], { cwd: join(root, 'proto') }],
  ['contracts break nobody', bin('buf'), ['breaking', '--against', 'baseline.binpb'], { cwd: join(root, 'proto') }],
  ['types of sources and tests', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.spec.json']],
  // Without a project graph the rule on module boundaries skips itself without a word.
  ['project graph', process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects']],
  ['lint', process.execPath, [join(root, 'node_modules/eslint/bin/eslint.js'), '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.']],
];

let failedChecks = 0;
if (only.length === 0) {
  for (const [name, command, args, options] of checks) failedChecks += passes(name, command, args, options) ? 0 : 1;
}
// Functions need bubblewrap. Where it cannot be had, the tests of the whole platform cannot run, and are counted as skipped.
const { ensureBubblewrap } = await import('../deploy/standalone/dist/bubblewrap.js');
const { Progress } = await import('../deploy/standalone/dist/progress.js');
const lacking = await ensureBubblewrap(new Progress((text) => process.stdout.write(text))).then(() => undefined, (error) => error.message);
const e2e = readdirSync(join(root, 'e2e/src')).filter((name) => name.endsWith('.spec.ts'));
if (lacking !== undefined) console.log(`\nskipped ${e2e.length} files of e2e: ${lacking}`);
const left = lacking === undefined ? [] : ['--testPathIgnorePatterns=/e2e/src/'];

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(root, 'node_modules/jest/bin/jest.js')];
const jestPassed = passes('tests', process.execPath, [...jest, '--config', 'jest.config.mjs', '--json', '--outputFile', report, ...only, ...left]);

const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
const passed = result?.numPassedTests ?? 0;
// A suite that could not even start counts as a failure, and so does a check: nothing red is left out of the number.
const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 1) + failedChecks;
const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0) + (lacking === undefined ? 0 : e2e.length);
console.log(`\nTests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || !jestPassed || passed === 0 ? 1 : 0);

function passes(name, command, args, options = {}) {
  const started = Date.now();
  console.log(`\n=== ${name}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  console.log(`=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status === 0;
}
