import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bench } from './frame/bench.js';
import { type Benchmark, Skipped } from './frame/benchmark.js';
import { describeMachine } from './frame/machine.js';
import { type Outcome, verdict, writeSection } from './frame/results-file.js';

const USAGE = `Usage: npm run bench                  measure everything, print the figures and write them to docs/benchmarks.md
       npm run bench -- [options] NAME ...

Options:
  --list   the benchmarks, and what each should reach
  --dry    print the figures only
  --help   this text`;
const OPTIONS = ['--list', '--dry', '--help'];
const RESULTS = join(import.meta.dirname, '../../../docs/benchmarks.md');

const words = process.argv.slice(2);
const strange = words.find((word) => word.startsWith('-') && !OPTIONS.includes(word));
if (strange !== undefined || words.includes('--help')) {
  if (strange !== undefined) console.error(`There is no option ${strange}.\n`);
  console.log(USAGE);
  process.exit(strange === undefined ? 0 : 2);
}
const names = words.filter((word) => !word.startsWith('--'));
const known = await loadBenchmarks();
const unknown = names.filter((name) => !known.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
if (words.includes('--list')) {
  for (const { name, reach } of known) console.log(`${name.padEnd(28)} ${reach}`);
  process.exit(0);
}

const bench = new Bench();
let failed = 0;
try {
  for (const benchmark of known.filter(({ name }) => names.length === 0 || names.includes(name))) failed += (await measure(benchmark)) ? 0 : 1;
} finally {
  await bench.close();
}
process.exit(failed > 0 ? 1 : 0);

async function loadBenchmarks(): Promise<Benchmark[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.js')).sort();
  return Promise.all(files.map(async (file) => (await import(join(import.meta.dirname, file))) as Benchmark));
}

/** False when the benchmark broke. A figure that was not reached is a result like any other. */
async function measure(benchmark: Benchmark): Promise<boolean> {
  console.log(`\n${benchmark.name}`);
  let outcome: Outcome;
  try {
    outcome = { kind: 'measured', rows: await benchmark.run(bench) };
  } catch (error) {
    if (!(error instanceof Skipped)) {
      console.error(error);
      return false;
    }
    outcome = { kind: 'skipped', why: error.message };
  } finally {
    await bench.endBenchmark();
  }
  print(outcome);
  const when = `Measured ${new Date().toISOString().slice(0, 10)}: ${describeMachine()}.`;
  if (!words.includes('--dry')) writeSection(RESULTS, benchmark, outcome, when);
  return true;
}

function print(outcome: Outcome): void {
  if (outcome.kind === 'skipped') console.log(`  skipped: ${outcome.why}`);
  else for (const { what, measured, reach, met } of outcome.rows) console.log(`  ${what}: ${measured}${reach === undefined ? '' : `   (reach ${reach}: ${verdict(met)})`}`);
}
