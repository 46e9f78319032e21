import { readFileSync } from 'node:fs';
import { Launcher, type Supervisor } from './launcher.js';
import { openOutputPipe } from './output-pipe.js';

const INFO_FD = 4;
const BLOCK_FD = 5;

describe('the launcher', () => {
  let launcher: Launcher;

  beforeAll(async () => {
    launcher = await Launcher.open();
  });
  afterAll(() => launcher.close());

  const run = (script: string, program = '/bin/sh'): Supervisor => {
    const { writeFd } = openOutputPipe(undefined);
    return launcher.start({ program, args: ['-c', script], outputFds: [writeFd, writeFd], inputs: [[3, Buffer.from('what it is given')]], infoFd: INFO_FD, blockFd: BLOCK_FD });
  };

  it('starts a program off the thread that asks, gives it its input, hears what it tells, and lets it wait', async () => {
    const supervisor = run(`test "$(cat <&3)" = 'what it is given' && echo "{\\"child-pid\\": $$}" >&4; exec 4>&-; read -r line <&5; exit 7`);
    await supervisor.begun;
    const pid = await supervisor.firstPid;
    // Its parent is the thread, whose process this is.
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^PPid:\\t${process.pid}$`, 'm'));
    supervisor.release();
    await expect(supervisor.ended).resolves.toEqual({ code: 7, signal: null });
  });

  it('ends one that is no longer wanted', async () => {
    const supervisor = run('exec sleep 1000');
    await supervisor.begun;
    supervisor.kill();
    await expect(supervisor.ended).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    await expect(supervisor.firstPid).resolves.toBeUndefined();
  });

  it('says of a program that is not there why it did not begin', async () => {
    const supervisor = run('', '/nonexistent/program');
    await expect(supervisor.ended).resolves.toMatchObject({ failure: expect.stringContaining('ENOENT') });
    await supervisor.begun;
    await expect(supervisor.firstPid).resolves.toBeUndefined();
  });
});
