import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDeadSocket } from './index.js';

describe('the socket at an address', () => {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-socket-'));
  const path = join(directory, 's.sock');
  afterEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is removed when the process that listened was killed', async () => {
    const listenAndDie = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', listenAndDie])).toThrow(expect.objectContaining({ signal: 'SIGKILL' }));
    expect(existsSync(path)).toBe(true);
    await removeDeadSocket(`unix:${path}`);
    expect(existsSync(path)).toBe(false);
  });

  it('is left alone while somebody listens, and the caller is told', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(removeDeadSocket(`unix:${path}`)).rejects.toThrow(`another process listens at ${path}`);
    expect(existsSync(path)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it('need not be there', async () => {
    await expect(removeDeadSocket(`unix:${path}`)).resolves.toBeUndefined();
    await expect(removeDeadSocket('127.0.0.1:7450')).resolves.toBeUndefined();
  });

  it('may be a file of another kind: that stays', async () => {
    writeFileSync(path, 'precious');
    await removeDeadSocket(`unix:${path}`);
    expect(existsSync(path)).toBe(true);
  });
});
