// Makes a fresh clone ready: packages, then the build. Runs on the Node.js the machine has and imports nothing but Node's
// own modules; whatever npm starts after it already runs on the Node.js that the packages brought along.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const OLDEST = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  fail(`Windlass needs Node.js ${OLDEST.join('.')} or newer to begin with; this is ${process.versions.node}.`);
}
if (process.platform !== 'linux') {
  fail(`Windlass runs functions in Linux namespaces, so it needs Linux; this is ${process.platform}.`);
}

installPackages();
build();

function installPackages() {
  const stamp = join(root, 'node_modules', '.windlass-installed');
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step('Installing packages (about a minute the first time)', () => {
    const npm = process.env.npm_execpath;
    const [command, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
    run(command, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error', '--progress=false']);
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(stamp, wanted);
  });
}

function build() {
  step('Building', () => {
    const bundled = join(root, 'node_modules', '.bin', 'node');
    const node = existsSync(bundled) ? bundled : process.execPath;
    run(node, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', join(root, 'tsconfig.json')]);
  });
}

function step(what, work) {
  const started = Date.now();
  process.stderr.write(`windlass: ${what} ...\n`);
  work();
  process.stderr.write(`windlass: ${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function run(command, args) {
  // Everything goes to standard error: standard output belongs to the command that was asked for.
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${status}`}; its own words are above.`);
}

function fail(message) {
  process.stderr.write(`windlass: ${message}\n`);
  process.exit(1);
}
