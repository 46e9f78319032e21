import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { StartProblem } from '../instance/start-failure.js';
import { CODE_ROOT, resolveInside, type Binding, type SystemView } from './sandbox-view.js';

export const BOOTSTRAP = `${CODE_ROOT}/bootstrap`;

/** The kernel reads this much of a file to find out how to run it. */
const HEADER_BYTES = 256;
const ELF_MAGIC = 0x7f454c46;
const MACHINES: Readonly<Record<number, string>> = { 0x03: 'x86', 0x28: 'arm', 0x3e: 'amd64', 0xb7: 'arm64', 0xf3: 'riscv64' };
const HOST_MACHINE = process.arch === 'arm64' ? 'arm64' : 'amd64';
const PT_INTERP = 3;

/**
 * Looks at `bootstrap` as the kernel will, and names what would stop it from running. The registry checks packages too,
 * but only here it is known what the sandbox holds. `asOther`: the app's host uid owns nothing, so the bits for others count.
 */
export function checkBootstrap(view: SystemView, bindings: readonly Binding[], asOther: boolean): StartProblem | undefined {
  const path = resolveInside(BOOTSTRAP, view, bindings);
  if (path === undefined) return { reason: 'BOOTSTRAP_MISSING' };
  const fd = openSync(path, 'r');
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { reason: 'NOT_EXECUTABLE', detail: 'directory' };
    if ((stat.mode & (asOther ? 0o001 : 0o100)) === 0) return { reason: 'NOT_EXECUTABLE', detail: 'mode' };
    const header = read(fd, 0, HEADER_BYTES);
    const isElf = header.length >= 20 && header.readUInt32BE(0) === ELF_MAGIC;
    const found = isElf ? readElf(fd, header) : readShebang(header);
    if ('reason' in found) return found;
    const { interpreter } = found;
    if (interpreter === undefined || resolveInside(interpreter, view, bindings) !== undefined) return undefined;
    return { reason: 'INTERPRETER_MISSING', interpreter };
  } finally {
    closeSync(fd);
  }
}

const LONGEST_SCRIPT_BYTES = 64 * 1024;
const RUNTIME_PATH = /\/opt\/function\/runtime\/[\w.+/-]+/g;

/** The first path of a documented runtime that the script names and this machine does not have: why its shell found no program. */
export function findMissingRuntime(view: SystemView, bindings: readonly Binding[]): string | undefined {
  const path = resolveInside(BOOTSTRAP, view, bindings);
  if (path === undefined) return undefined;
  const fd = openSync(path, 'r');
  try {
    const named = read(fd, 0, LONGEST_SCRIPT_BYTES).toString('latin1').match(RUNTIME_PATH) ?? [];
    return named.find((each) => resolveInside(each, view, bindings) === undefined);
  } finally {
    closeSync(fd);
  }
}

type Found = StartProblem | { readonly interpreter: string | undefined };

function readShebang(header: Buffer): Found {
  if (header.toString('latin1', 0, 2) !== '#!') return { reason: 'NO_SHEBANG' };
  const text = header.toString('utf8', 2);
  const [line = ''] = text.split('\n', 1);
  if (line.endsWith('\r')) return { reason: 'CRLF_SHEBANG' };
  const interpreter = line.trim().split(/[ \t]/, 1)[0];
  if (interpreter === undefined || interpreter === '') return { reason: 'NO_SHEBANG' };
  // The kernel takes a relative interpreter from the working directory, which is the code folder.
  return { interpreter: interpreter.startsWith('/') ? interpreter : `${CODE_ROOT}/${interpreter}` };
}

function readElf(fd: number, header: Buffer): Found {
  const is64Bit = header[4] === 2;
  const machine = header.readUInt16LE(18);
  const found = MACHINES[machine] ?? `machine type ${machine}`;
  if (!is64Bit || found !== HOST_MACHINE) return { reason: 'WRONG_ARCHITECTURE', found, expected: HOST_MACHINE };
  if (header.length < 64) return { interpreter: undefined };
  const tableAt = Number(header.readBigUInt64LE(32));
  const entryBytes = header.readUInt16LE(54);
  const entries = Math.min(header.readUInt16LE(56), 128);
  for (let index = 0; index < entries; index++) {
    const entry = read(fd, tableAt + index * entryBytes, 56);
    if (entry.length < 56) break;
    if (entry.readUInt32LE(0) !== PT_INTERP) continue;
    const bytes = Math.min(Number(entry.readBigUInt64LE(32)), 4096);
    return { interpreter: read(fd, Number(entry.readBigUInt64LE(8)), bytes).toString('utf8').replace(/\0.*$/s, '') };
  }
  return { interpreter: undefined }; // Statically linked.
}

function read(fd: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, Number.isSafeInteger(position) ? readSync(fd, buffer, 0, bytes, position) : 0);
}
