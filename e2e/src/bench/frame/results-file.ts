import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Benchmark, Row } from './benchmark.js';

export type Outcome = { readonly kind: 'measured'; readonly rows: readonly Row[] } | { readonly kind: 'skipped'; readonly why: string };

const INTRODUCTION = `# Benchmarks

\`npm run bench\` measures all of these, \`npm run bench -- NAME\` some, \`npm run bench -- --list\` names them. Each run starts a platform of
its own and its peers beside it, measures the sides in turns, and takes the median of five rounds. What counts are the ratios:
absolute figures depend on the machine, which client, platform, function and peer share. Every section is written by its run.
`;

/** Puts the section of one benchmark in the place of its older one, or behind all others. */
export function writeSection(file: string, benchmark: Benchmark, outcome: Outcome, when: string): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : INTRODUCTION;
  writeFileSync(file, withSection(text, benchmark, outcome, when));
}

export function withSection(text: string, benchmark: Benchmark, outcome: Outcome, when: string): string {
  const [begin, end] = [`<!-- ${benchmark.name} -->`, `<!-- end of ${benchmark.name} -->`];
  const section = `${begin}\n## ${benchmark.name}\n\n${benchmark.measures}\n\n${body(benchmark, outcome)}\n\n${when}\n${end}`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) return `${text.trimEnd()}\n\n${section}\n`;
  return text.slice(0, from) + section + text.slice(to + end.length);
}

function body({ reach }: Benchmark, outcome: Outcome): string {
  if (outcome.kind === 'skipped') return `Reach: ${reach}. Skipped: ${outcome.why}`;
  const lines = outcome.rows.map(({ what, measured, reach: wanted = '', met }) => `| ${what} | ${measured} | ${wanted} | ${verdict(met)} |`);
  return ['| What | Measured | Reach | |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

export function verdict(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'reached' : 'not reached';
}
