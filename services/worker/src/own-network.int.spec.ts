import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What functions reach over a network: suites that need one they may change, so each runs in a network namespace of its own, as
// root and as an ordinary user.
const SUITES = ['network/public-access'];
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const isInside = process.env['WINDLASS_OWN_NETWORK'] !== undefined;
// Some systems keep the device for root; root can show an ordinary user one that is not kept, in a mount namespace of their own.
const OPEN_TUN = 'd=$(mktemp -d) && mknod -m 666 "$d/tun" c 10 200 && mount --bind "$d/tun" /dev/net/tun && rm -r "$d" && exec "$@"';
const withTun = isRoot ? ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', OPEN_TUN, 'sh'] : [];
const asNobody = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : [];
const WAYS: Readonly<Record<string, readonly string[]>> = {
  ...(isRoot ? { root: ['unshare', '--net', '--'] } : {}),
  'an ordinary user': [...withTun, ...asNobody, 'unshare', '--user', '--map-root-user', '--net', '--'],
};

/** Why this cannot be tried here, if it cannot. */
function whyNot(way: readonly string[]): string | undefined {
  const [command = '', ...args] = [...way, 'sh', '-c', 'test -w /dev/net/tun || { echo "/dev/net/tun cannot be opened" >&2; exit 1; }'];
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}

(isInside ? describe.skip : describe)('in a network of its own', () => {
  for (const [who, way] of Object.entries(WAYS)) {
    const refusal = isInside ? undefined : whyNot(way);
    if (refusal !== undefined) process.stderr.write(`skipped "public access as ${who}": ${refusal}\n`);
    (refusal === undefined ? it : it.skip).each(SUITES)(`as ${who}, the suite "%s" passes`, (suite) => {
      const cache = mkdtempSync(join(tmpdir(), 'windlass-jest-'));
      if (isRoot) chownSync(cache, NOBODY, NOBODY);
      const jest = [process.execPath, '--experimental-vm-modules', process.argv[1] ?? '', '--ci', '--no-cache', `--cacheDirectory=${cache}`, '--maxWorkers=1'];
      const [command = '', ...args] = [...way, ...jest, `src/${suite}.int`];
      const run = spawnSync(command, args, { env: { ...process.env, WINDLASS_OWN_NETWORK: '1', HOME: '/' }, encoding: 'utf8' });
      rmSync(cache, { recursive: true });
      expect(run.stderr).not.toMatch(/^skipped /m);
      expect({ status: run.status, report: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, report: '' });
    }, 240_000);
  }
});
