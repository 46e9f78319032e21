import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findPythonSdk, JOURNEYS } from './harness/python-sdk.js';

// Another client than the one of Node.js reads other things strictly: what an answer must hold, what it must not, and of which type.
const found = findPythonSdk();
if ('lacking' in found) process.stdout.write(`skipped: ${found.lacking}\n`);

('lacking' in found ? describe.skip : describe)('the official SDK for Python, unmodified', () => {
  it.each([
    ['functiongraph', 'leads a function from its package to its deletion'],
    ['kms', 'leads a key through its life, encrypts, signs and verifies'],
    ['lts', 'makes log groups and streams and asks them'],
    ['iam', 'manages users, groups, policies and agencies'],
  ])('%s: %s', async (journey) => {
    if (!('python' in found)) throw new Error('without Python this is skipped');
    // The SDK keeps an id under the home directory; tests leave nobody's home changed.
    const env = { ...process.env, HOME: tmpdir(), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(found.python, [join(JOURNEYS, `${journey}.py`)], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 });
    const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    const steps = output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { step: string; failure: string | null });
    expect(steps.filter(({ failure }) => failure !== null)).toEqual([]);
    // A journey that never began has no failed step either.
    expect({ steps: steps.length > 0, code: child.exitCode, complaints: child.exitCode === 0 ? '' : complaints }).toEqual({ steps: true, code: 0, complaints: '' });
  });
});
