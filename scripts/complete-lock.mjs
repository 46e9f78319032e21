// Completes package-lock.json after an install that changed it: optional packages for other platforms that the registry
// at hand did not serve are missing from the lock, and `npm ci` refuses such a lock on every machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const SYSTEMS = ['darwin', 'linux', 'win32', 'freebsd', 'android', 'openharmony', 'netbsd', 'openbsd', 'sunos', 'aix'];
const RARE_PROCESSORS = /ppc64|s390x|riscv64|loong64|mips64el/;

let added = 0;
for (const [place, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(place, name)) continue;
    lock.packages[`node_modules/${name}`] = placeholder(name, range);
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`complete-lock: ${added} entries added`);

/** Node's own lookup: in the package's node_modules, then in each one above it. */
function isLocked(from, name) {
  for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

/** An entry npm skips on the machines we run on; it carries no integrity since nothing was fetched. */
function placeholder(name, range) {
  const entry = {
    version: range.replace(/^[~^]/, ''),
    optional: true,
    os: [SYSTEMS.find((system) => name.includes(system)) ?? 'none'],
    cpu: [processorOf(name)],
  };
  return name.includes('musl') ? { ...entry, libc: ['musl'] } : entry;
}

function processorOf(name) {
  if (/aarch64|arm64/.test(name)) return 'arm64';
  if (/arm/.test(name)) return 'arm';
  if (/x64/.test(name)) return 'x64';
  if (/ia32/.test(name)) return 'ia32';
  return name.match(RARE_PROCESSORS)?.[0] ?? 'none';
}
