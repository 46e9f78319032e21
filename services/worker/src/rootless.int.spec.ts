import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findRunsc } from './instance/testing/runsc.js';

// The same promises where the worker is an ordinary user's process: the suites with real instances once more, under
// "unshare --user --map-root-user", as the launcher starts the worker there.
const SUITES = ['instance/start-instance', 'instance/start-failure', 'instance/isolation', 'instance/freezing', 'serve-functions', 'worker-lifecycle', 'supervision', 'escape/.*', 'function-credentials/function-credentials'];
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const isInside = process.env['WINDLASS_ROOTLESS_TESTS'] !== undefined;
const asUser = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : [];
const inNamespace = [...asUser, 'unshare', '--user', '--map-root-user', '--'];

/** Why an ordinary user has no user namespaces on this machine, if it has none. */
function whyNoUserNamespace(): string | undefined {
  const [command = '', ...args] = [...inNamespace, 'true'];
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}

const refusal = isInside ? 'these are its own suites' : whyNoUserNamespace();
if (refusal !== undefined && !isInside) process.stderr.write(`skipped "without root": ${refusal}\n`);

// The user that plays the ordinary one cannot reach what another keeps for itself.
const found = refusal === undefined ? await findRunsc() : { missing: 'not looked for' };
const runsc = 'program' in found ? shareProgram(found.program) : undefined;

function shareProgram(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-runsc-'));
  const place = join(folder, 'runsc');
  chmodSync(folder, 0o755);
  try {
    linkSync(program, place);
  } catch {
    copyFileSync(program, place);
  }
  return place;
}

(refusal === undefined ? describe : describe.skip)('without root', () => {
  afterAll(() => runsc !== undefined && rmSync(dirname(runsc), { recursive: true }));

  it.each(SUITES)('the suite "%s" passes as well', (suite) => {
    const cache = mkdtempSync(join(tmpdir(), 'windlass-jest-'));
    if (isRoot) chownSync(cache, NOBODY, NOBODY);
    const jest = [process.execPath, '--experimental-vm-modules', process.argv[1] ?? '', '--ci', '--no-cache', `--cacheDirectory=${cache}`, '--maxWorkers=1'];
    const [command = '', ...args] = [...inNamespace, ...jest, `src/${suite}.int`];
    const run = spawnSync(command, args, { env: { ...process.env, WINDLASS_ROOTLESS_TESTS: '1', HOME: '/', ...(runsc === undefined ? {} : { WINDLASS_RUNSC: runsc }) }, encoding: 'utf8' });
    rmSync(cache, { recursive: true });
    const skipped = run.stderr.match(/^skipped .*$/gm) ?? [];
    for (const line of skipped) process.stderr.write(`without root: ${line}\n`);
    const allowed = runsc === undefined ? /strong isolation|without cgroups/ : /without cgroups/;
    expect(skipped.filter((line) => !allowed.test(line))).toEqual([]);
    expect({ status: run.status, report: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, report: '' });
  }, 240_000);
});
