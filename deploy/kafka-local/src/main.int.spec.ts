import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findKafka } from './index.js';

const PROGRAM = join(import.meta.dirname, '../dist/main.js');
const only = process.env['WINDLASS_TEST_KAFKA_WITH'];
const kafka = only === 'none' ? { lacking: 'WINDLASS_TEST_KAFKA_WITH says none' } : await findKafka(only as 'docker' | 'jars' | undefined);
if ('lacking' in kafka) process.stderr.write(`tests of npm run kafka are skipped: ${kafka.lacking}\n`);

/** What `npm run kafka -- …` runs, tied to this process. */
function start(...options: string[]): { readonly child: ChildProcess; readonly said: () => string; readonly ended: Promise<number | null> } {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', process.execPath, PROGRAM, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, said: () => said, ended };
}

/** Asks a broker which versions of its protocol it speaks (ApiVersions, version 0); its answer begins with the question's number. */
async function askVersions(port: number): Promise<{ readonly correlation: number; readonly error: number }> {
  const CORRELATION = 4711;
  const question = Buffer.alloc(4 + 10);
  question.writeInt32BE(10, 0);
  question.writeInt16BE(18, 4);
  question.writeInt16BE(0, 6);
  question.writeInt32BE(CORRELATION, 8);
  // No client id.
  question.writeInt16BE(-1, 12);
  const socket = connect(port, '127.0.0.1');
  try {
    socket.end(question);
    let answer = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 10) break;
    }
    return { correlation: answer.readInt32BE(4), error: answer.readInt16BE(8) };
  } finally {
    socket.destroy();
  }
}

describe('npm run kafka', () => {
  ('lacking' in kafka ? it.skip : it)('starts a broker that answers, says where, and ends it at a signal', async () => {
    const { child, said, ended } = start();
    try {
      while (!said().includes('is ready at')) {
        const late = await Promise.race([once(child.stdout!, 'data').then(() => false), ended.then(() => true)]);
        if (late) throw new Error(`It ended early:\n${said()}`);
      }
      const port = Number(/WINDLASS_KAFKA_BROKERS=127\.0\.0\.1:(\d+) npm start/.exec(said())?.[1]);
      await expect(askVersions(port)).resolves.toEqual({ correlation: 4711, error: 0 });
      child.kill('SIGTERM');
      await expect(ended).resolves.toBe(0);
      await expect(askVersions(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it.each([
    [['--port', '0'], '"0" is not a port'],
    [['--with', 'luck'], '"luck" is neither docker nor jars'],
  ])('refuses %j in one sentence', async (options, complaint) => {
    const { said, ended } = start(...options);
    await expect(ended).resolves.toBe(1);
    expect(said()).toContain(complaint);
  });
});
