// Everything a change must pass, in the order that fails fastest: contracts, types, lint, then all tests in one Jest run.
// Ends with one line that counts the tests, whatever happened before it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { countsOf, filesToLookAtAgain, unsteadyFiles, withSecondLook } from './second-look.mjs';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const reports = join(root, 'test-results');
mkdirSync(reports, { recursive: true });
// An old report must not be counted when this run makes none.
for (const name of ['jest', 'jest-again', 'kafka', 'kafka-again']) rmSync(join(reports, `${name}.json`), { force: true });

// What travels as events, from one end of the platform to the other: these files run a second time, with Kafka for a bus.
const EVENTS_MATTER = ['accounts', 'first-function', 'function-credentials', 'function-logs', 'one-machine', 'rollback', 'versions-and-aliases'].map((name) => `e2e/src/${name}.e2e.spec.ts`);

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
const runJest = (name, file, wanted, env = {}) =>
  passes(name, process.execPath, [...jest, '--config', 'jest.config.mjs', '--json', '--outputFile', join(reports, file), ...wanted], { env: { ...process.env, ...env } });
const unsteady = [];
const results = [testsOf('tests', 'jest', [...only, ...left])];
let skipped = lacking === undefined ? 0 : e2e.length;
if (only.length === 0 && lacking === undefined) {
  const withoutKafka = await lackingKafka();
  if (withoutKafka === undefined) {
    results.push(testsOf('tests of the platform on Kafka', 'kafka', ['--runTestsByPath', ...EVENTS_MATTER], { WINDLASS_E2E_BUS: 'kafka' }));
  } else {
    console.log(`\nskipped ${EVENTS_MATTER.length} files of e2e on Kafka: ${withoutKafka}`);
    skipped += EVENTS_MATTER.length;
  }
}

// A suite that could not even start counts as a failure, and so does a check: nothing red is left out of the number.
const counts = results.map(countsOf);
const sum = (name) => counts.reduce((total, each) => total + each[name], 0);
const passed = sum('passed');
const failed = sum('failed') + failedChecks;
for (const name of unsteady) console.log(`\nunsteady: ${relative(root, name)} failed beside the others and passed alone`);
console.log(`\nTests: ${passed} passed, ${failed} failed, ${skipped + sum('skipped')} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

/** The report of one run of Jest, in which the few files that failed have been looked at a second time. */
function testsOf(name, report, wanted, env = {}) {
  const run = runJest(name, `${report}.json`, wanted, env);
  const first = resultOf(`${report}.json`);
  // What ended badly without a failed test, such as what is started for all of them, has no file to count it by.
  if (!run && first !== undefined && countsOf(first).failed === 0) failedChecks += 1;
  const again = filesToLookAtAgain(first);
  if (again.length === 0) return first;
  runJest(`${name}, once more those that failed`, `${report}-again.json`, ['--runInBand', '--runTestsByPath', ...again], env);
  const second = resultOf(`${report}-again.json`);
  unsteady.push(...unsteadyFiles(first, second));
  return withSecondLook(first, second);
}

function resultOf(file) {
  return existsSync(join(reports, file)) ? JSON.parse(readFileSync(join(reports, file), 'utf8')) : undefined;
}

/** Why no broker can be had here; undefined when one can. */
async function lackingKafka() {
  if (process.env.WINDLASS_TEST_KAFKA_WITH === 'none') return 'WINDLASS_TEST_KAFKA_WITH says none';
  const { findKafka } = await import('../deploy/kafka-local/dist/index.js');
  return (await findKafka(process.env.WINDLASS_TEST_KAFKA_WITH)).lacking;
}

function passes(name, command, args, options = {}) {
  const started = Date.now();
  console.log(`\n=== ${name}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  console.log(`=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status === 0;
}
