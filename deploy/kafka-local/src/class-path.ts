import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POM } from './kafka-version.js';
import { run } from './run.js';

// Under node_modules: outside everything tracked, and gone when the packages are.
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/windlass-kafka');
const RESOLVE_WITHIN_MS = 300_000;

export type ClassPath = { readonly jars: string } | { readonly lacking: string };

/** The broker's class path. The first call has Maven resolve it, which needs the network; later ones read what it found. */
export async function resolveClassPath(): Promise<ClassPath> {
  const java = await run('java', ['-version'], 20_000);
  if (!java.ok) return { lacking: 'Java is not installed' };
  const major = Number(/version "(\d+)/.exec(java.output)?.[1]);
  if (!(major >= 17)) return { lacking: `Kafka needs Java 17 or newer, and this is Java ${major}` };

  const file = join(CACHE, `${createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16)}.class-path`);
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (kept?.split(':').every((jar) => existsSync(jar))) return { jars: kept };

  if (!(await run('mvn', ['--version'], 60_000)).ok) return { lacking: 'Maven is not installed, which finds the jars of the broker' };
  mkdirSync(CACHE, { recursive: true });
  // Several may resolve at the same moment: each writes a file of its own, and the last one's stays.
  const fresh = `${file}.${process.pid}`;
  try {
    const goal = ['org.apache.maven.plugins:maven-dependency-plugin:build-classpath', `-Dmdep.outputFile=${fresh}`, '-Dmdep.pathSeparator=:'];
    const resolved = await run('mvn', ['-q', '-B', '-f', POM, ...goal], RESOLVE_WITHIN_MS);
    if (!resolved.ok) return { lacking: `Maven could not resolve the jars of the broker: ${lastLine(resolved.output)}` };
    const jars = readFileSync(fresh, 'utf8').trim();
    writeFileSync(fresh, jars);
    renameSync(fresh, file);
    return { jars };
  } finally {
    rmSync(fresh, { force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').find((line) => line.includes('ERROR')) ?? text.trim().split('\n').at(-1) ?? '';
}
