import { spawnSync } from 'node:child_process';
import { describeWithSandbox } from '../instance/testing/instances.js';
import { DOCTOR_HELP } from './doctor.js';

const hooks = new URL('../instance/testing/source-hooks.mjs', import.meta.url).pathname;
const program = new URL('./testing/run-doctor.ts', import.meta.url).pathname;
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--import', hooks, program, ...args], { encoding: 'utf8' });

describe('the doctor', () => {
  it('explains itself, and knows what it does not know', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: DOCTOR_HELP });
    expect(run('--jason')).toMatchObject({ status: 1, stderr: expect.stringContaining('--jason') });
  });
});

describeWithSandbox('the doctor on this machine', () => {
  it('says of every limit how it is enforced, and whether all is well by its exit code', () => {
    const { status, stdout } = run('--json');
    const { well, findings } = JSON.parse(stdout) as { well: boolean; findings: { name: string; state: string; how: string }[] };
    expect(status).toBe(well ? 0 : 1);
    expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining(['sandbox', 'system calls', 'memory', 'processor time', 'processes', 'public access', 'strong isolation', 'runtimes']));
    for (const { how } of findings) expect(how).not.toBe('');
  });
});
