import type { PlacedEntry } from './zip-layout.js';
import { quoted, unusablePackage } from './package-errors.js';

/** The one file name an HTTP function starts with (HTTP functions, "Notes and Constraints"). */
export const BOOTSTRAP = 'bootstrap';
/** Enough of the file to tell what it is. */
export const BOOTSTRAP_HEAD_BYTES = 1024;

const EXECUTE_BITS = 0o111;
const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const ELF_CLASS_64 = 2;
const ELF_LITTLE_ENDIAN = 1;
const ELF_MACHINES = new Map([
  [3, 'x86 (32 bit)'],
  [40, 'ARM (32 bit)'],
  [62, 'x86_64'],
  [183, 'arm64'],
  [243, 'RISC-V'],
]);
const MACHINE_OF_ARCH: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** Finds the start file among the entries; when it is missing the message says what was found instead. */
export function findBootstrap(placed: readonly PlacedEntry[]): PlacedEntry {
  const found = placed.find(({ path }) => path === BOOTSTRAP);
  if (found !== undefined) {
    requireStartable(found);
    return found;
  }
  const missing = 'The package has no file named bootstrap at its root';
  if (placed.some(({ path }) => path.startsWith(`${BOOTSTRAP}/`))) throw unusablePackage(`${missing}: bootstrap is a directory there.`);
  const deeper = placed.find(({ path, kind }) => kind === 'file' && path.endsWith(`/${BOOTSTRAP}`) && path.split('/').length === 2);
  if (deeper !== undefined) throw unusablePackage(`${missing}: found ${quoted(deeper.path)}; zip the content of the folder, not the folder.`);
  const misnamed = placed.find(({ path, kind }) => kind === 'file' && /^bootstrap(\.[a-z]+)?$/i.test(path));
  if (misnamed !== undefined) throw unusablePackage(`${missing}: found ${quoted(misnamed.path)}; the name must be exactly bootstrap.`);
  throw unusablePackage(`${missing}. Add one that starts your HTTP server on 127.0.0.1:8000.`);
}

function requireStartable({ kind, entry }: PlacedEntry): void {
  if (kind === 'directory') throw unusablePackage('bootstrap is a directory: replace it by a script or program that starts your HTTP server.');
  if (kind === 'link') throw unusablePackage('bootstrap is a symbolic link: put the file itself at the root of the package.');
  // Windows tools keep no permissions; what they make is unpacked as executable.
  if (entry.madeOnUnix && entry.mode !== 0 && (entry.mode & EXECUTE_BITS) === 0) {
    throw unusablePackage('bootstrap is not executable: run "chmod +x bootstrap" and make the package again.');
  }
}

/** Checks the beginning of the start file: a script with a usable first line, or a program for this machine's processor. */
export function requireRunnable(head: Buffer, arch: string): void {
  if (head.length === 0) throw unusablePackage('bootstrap is empty: let it start your HTTP server on 127.0.0.1:8000.');
  if (head.subarray(0, ELF.length).equals(ELF)) return requireProgramFor(head, arch);
  const byteOrderMark = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  if (byteOrderMark) throw unusablePackage('bootstrap begins with a byte order mark: save it as UTF-8 without one.');
  if (head.subarray(0, 2).toString('latin1') !== '#!') {
    throw unusablePackage('bootstrap is neither a program nor a script with a first line such as "#!/bin/bash": add that line.');
  }
  const end = head.indexOf('\n');
  const firstLine = head.subarray(0, end === -1 ? head.length : end).toString('latin1');
  if (firstLine.endsWith('\r')) {
    throw unusablePackage('The first line of bootstrap ends with a carriage return (CRLF, Windows line ends): save the file with Unix line ends.');
  }
  if (!firstLine.slice(2).trim().startsWith('/')) {
    throw unusablePackage(`The first line of bootstrap, ${quoted(firstLine)}, names no absolute path of an interpreter: use one such as "#!/bin/bash".`);
  }
}

function requireProgramFor(head: Buffer, arch: string): void {
  const expected = MACHINE_OF_ARCH[arch];
  const expectedName = ELF_MACHINES.get(expected ?? -1) ?? arch;
  if (head.length < 20) throw unusablePackage('bootstrap is a damaged program: its header is cut off.');
  const machine = head.readUInt16LE(18);
  if (head[4] !== ELF_CLASS_64 || head[5] !== ELF_LITTLE_ENDIAN || machine !== expected) {
    const found = ELF_MACHINES.get(machine) ?? `machine type ${machine}`;
    throw unusablePackage(`bootstrap is a program for ${found} and this platform runs ${expectedName}: build it for linux ${expectedName}.`);
  }
}
