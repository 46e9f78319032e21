import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The same promises where the worker is an ordinary user's process: the suites of this folder once more, under
// "unshare --user --map-root-user", as the launcher starts the worker there.
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const isInside = process.env['WINDLASS_ROOTLESS_TESTS'] !== undefined;

(isInside ? describe.skip : describe)('without root', () => {
  it.each(['start-instance', 'start-failure', 'isolation'])('the suite "%s" passes as well', (suite) => {
    const cache = mkdtempSync(join(tmpdir(), 'windlass-jest-'));
    if (isRoot) chownSync(cache, NOBODY, NOBODY);
    const asUser = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : [];
    const jest = [process.execPath, '--experimental-vm-modules', process.argv[1] ?? '', '--ci', '--no-cache', `--cacheDirectory=${cache}`, '--maxWorkers=1'];
    const [command = '', ...args] = [...asUser, 'unshare', '--user', '--map-root-user', '--', ...jest, `src/instance/${suite}.int`];
    const run = spawnSync(command, args, { env: { ...process.env, WINDLASS_ROOTLESS_TESTS: '1', HOME: '/' }, encoding: 'utf8' });
    rmSync(cache, { recursive: true });
    const refused = /unshare: (.+)/.exec(run.stderr)?.[0];
    if (refused !== undefined) return void process.stderr.write(`skipped "${suite}" without root: ${refused}\n`);
    expect(run.stderr).not.toMatch(/^skipped /m);
    expect({ status: run.status, report: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, report: '' });
  }, 240_000);
});
