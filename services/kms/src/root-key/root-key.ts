import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

const ROOT_KEY = /^[0-9a-fA-F]{64}$/;
const COMMAND_TIMEOUT_MS = 30_000;
const MOST_OUTPUT_BYTES = 4096;

/**
 * A root key from where its operator keeps it: the variable itself (64 hex digits), a file that its owner alone reads
 * (`<variable>_FILE`: 32 bytes, or 64 hex digits), or what a command prints (`<variable>_COMMAND`: run by /bin/sh, 64 hex digits on
 * its standard output within 30 seconds), such as the client of a secret manager. Problems are added to the list, without any part
 * of a key; answers undefined then.
 */
export function readRootKey(variable: string, environment: Readonly<Record<string, string | undefined>>, problems: string[]): Buffer | undefined {
  const sources = [variable, `${variable}_FILE`, `${variable}_COMMAND`].filter((name) => (environment[name] ?? '') !== '');
  const [source] = sources;
  if (source === undefined || sources.length > 1) {
    problems.push(`${variable} is ${source === undefined ? 'missing' : `given ${sources.length} times`}: it is one of ${variable}, ${variable}_FILE and ${variable}_COMMAND`);
    return undefined;
  }
  const value = environment[source] ?? '';
  try {
    if (source.endsWith('_FILE')) return keyOfFile(value);
    return keyOfText(source.endsWith('_COMMAND') ? outputOf(value) : value);
  } catch (error) {
    problems.push(`${source} is not right: ${(error as Error).message}`);
    return undefined;
  }
}

function keyOfText(text: string): Buffer {
  if (!ROOT_KEY.test(text)) throw new Error('it is 64 hex digits');
  return Buffer.from(text, 'hex');
}

function keyOfFile(path: string): Buffer {
  const mode = statSync(path).mode & 0o077;
  if (mode !== 0) throw new Error(`the file ${path} can be read by others than its owner; chmod 600 it`);
  const bytes = readFileSync(path);
  return bytes.length === 32 ? bytes : keyOfText(bytes.toString('latin1').trim());
}

// What the command says of errors goes to the service's own standard error; what it printed is in no message.
function outputOf(command: string): string {
  const { status, signal, error, stdout } = spawnSync('/bin/sh', ['-c', command], {
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: MOST_OUTPUT_BYTES,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw new Error(`the command was stopped (${(error as NodeJS.ErrnoException).code ?? 'for an unknown reason'})`);
  if (status !== 0) throw new Error(status === null ? `the command was stopped (${signal ?? 'for an unknown reason'})` : `the command ended with status ${status}`);
  return stdout.trim();
}
