import type { Benchmark } from './benchmark.js';
import { withSection } from './results-file.js';

const benchmark = (name: string): Benchmark => ({ name, measures: `What ${name} measures.`, reach: '≥ 1', run: async () => [] });
const measured = (figure: string) => ({ kind: 'measured', rows: [{ what: 'speed', measured: figure, reach: '≥ 1', met: true }] }) as const;

describe('the file of results', () => {
  it('keeps one section for each benchmark, in its place, however often it runs', () => {
    let text = withSection('# Benchmarks\n', benchmark('one'), measured('1.1'), 'day 1');
    text = withSection(text, benchmark('two'), measured('2.1'), 'day 1');
    text = withSection(text, benchmark('one'), measured('1.2'), 'day 2');
    expect(text.match(/^## .*/gm)).toEqual(['## one', '## two']);
    expect(text).toContain('| speed | 1.2 | ≥ 1 | reached |');
    expect(text).not.toContain('1.1');
    expect(text).toContain('| speed | 2.1 | ≥ 1 | reached |');
  });

  it('says why a benchmark was skipped', () => {
    expect(withSection('', benchmark('one'), { kind: 'skipped', why: 'nginx is missing' }, 'day 1')).toContain('Skipped: nginx is missing');
  });
});
