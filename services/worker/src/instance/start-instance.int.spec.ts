import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { createInstanceHost, DialFailure, startInstance, type InstanceHost, type OutputLine } from './index.js';
import { describeInClasses, get, isRunning, nodeServer, Packages, silent, until } from './testing/instances.js';

await describeInClasses('a running instance', ({ isolation, runsc }) => {
  const packages = new Packages(isolation);
  let host: InstanceHost;

  beforeAll(async () => {
    await packages.open();
    host = await createInstanceHost({ logger: silent, runsc });
  });
  afterAll(async () => {
    await host.close();
    await packages.close();
  });

  it('serves a Node program that a shell script starts', async () => {
    const instance = await startInstance(await packages.spec(nodeServer('return request.url')), host);
    expect(await get(instance, '/hello?x=1')).toBe('/hello?x=1');
    await instance.stop(1_000);
    expect(await instance.exited).toEqual({ kind: 'STOPPED' });
  });

  it('finds Node at the documented paths of older versions', async () => {
    const server = nodeServer('return process.execPath');
    const spec = await packages.spec({ ...server, bootstrap: '#!/bin/sh\nexec /opt/function/runtime/nodejs20.15/rtsp/nodejs/bin/node $RUNTIME_CODE_ROOT/server.mjs\n' }, {
      environment: { RUNTIME_CODE_ROOT: '/opt/function/code' },
    });
    const instance = await startInstance(spec, host);
    expect(await get(instance)).toMatch(/^\/opt\/function\/runtime\/nodejs\d+\.\d+\/rtsp\/nodejs\/bin\/node$/);
    await instance.stop(0);
  });

  (existsSync('/usr/bin/python3.11') ? it : it.skip)('finds what else the machine has at the documented paths', async () => {
    const program = "import http.server\nclass Handler(http.server.BaseHTTPRequestHandler):\n  def do_GET(self):\n    self.send_response(200)\n    self.end_headers()\n    self.wfile.write(b'python')\nhttp.server.HTTPServer(('127.0.0.1', 8000), Handler).serve_forever()\n";
    const bootstrap = '#!/bin/bash\n/opt/function/runtime/python3.10/rtsp/python/bin/python3 -u $RUNTIME_CODE_ROOT/index.py\n';
    const instance = await startInstance(await packages.spec({ bootstrap, 'index.py': program }, { environment: { RUNTIME_CODE_ROOT: '/opt/function/code' } }), host);
    expect(await get(instance)).toBe('python');
    await instance.stop(0);
  });

  it('serves a Python program', async () => {
    const program = `#!/usr/bin/python3 -u
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'python')
HTTPServer(('127.0.0.1', 8000), Handler).serve_forever()
`;
    const instance = await startInstance(await packages.spec({ bootstrap: program }), host);
    expect(await get(instance)).toBe('python');
    await instance.stop(0);
  });

  (existsSync('/usr/bin/gcc') ? it : it.skip)('serves a compiled program that listens on every address', async () => {
    const source = `#include <netinet/in.h>
#include <string.h>
#include <unistd.h>
int main(void) {
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(8000) };
  int l = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(l, (struct sockaddr *)&a, sizeof a) || listen(l, 8)) return 1;
  for (;;) {
    int c = accept(l, 0, 0);
    char b[4096];
    const char *r = "HTTP/1.1 200 OK\\r\\ncontent-length: 1\\r\\nconnection: close\\r\\n\\r\\nC";
    if (read(c, b, sizeof b) > 0 && write(c, r, strlen(r)) < 0) return 2;
    close(c);
  }
}
`;
    const directory = await packages.extract({ 'server.c': source });
    execFileSync('/usr/bin/gcc', ['-o', join(directory, 'bootstrap'), join(directory, 'server.c')]);
    const instance = await startInstance(packages.specOf(directory), host);
    expect(await get(instance)).toBe('C');
    await instance.stop(0);
  });

  it('has its own port 8000 beside another one', async () => {
    const specs = await Promise.all(['one', 'two'].map((name) => packages.spec(nodeServer(`return '${name}'`))));
    const instances = await Promise.all(specs.map((spec) => startInstance(spec, host)));
    expect(await Promise.all(instances.map((instance) => get(instance)))).toEqual(['one', 'two']);
    await Promise.all(instances.map((instance) => instance.stop(0)));
  });

  it.each([['private', 0o700], ['public', 0o755]])('reaches a package below a %s folder', async (_, mode) => {
    const { bootstrap = '', ...files } = nodeServer("return 'reached'");
    const directory = await packages.extract({ 'code/bootstrap': { content: bootstrap as string, mode: 0o755 }, 'code/server.mjs': files['server.mjs'] ?? '' });
    await chmod(directory, mode);
    const instance = await startInstance(packages.specOf(join(directory, 'code')), host);
    expect(await get(instance)).toBe('reached');
    await instance.stop(0);
  });

  it('hears everything the app wrote, stdout and stderr apart, from the first line to the last', async () => {
    const lines: OutputLine[] = [];
    const spec = await packages.spec(nodeServer("process.stdout.write('löst line'); process.exit(3)", "console.log('out'); console.error('err');"));
    const instance = await startInstance(spec, host, { onOutput: (line) => lines.push(line) });
    await get(instance).catch(() => undefined);
    expect(await instance.exited).toEqual({ kind: 'EXITED', exitCode: 3 });
    expect(lines.map(({ source, text }) => `${source}: ${text}`).sort()).toEqual(['stderr: err', 'stdout: löst line', 'stdout: out']);
  });

  it('lets an app write to /dev/stdout', async () => {
    const lines: OutputLine[] = [];
    const spec = await packages.spec({ ...nodeServer("return ''"), bootstrap: '#!/bin/sh\necho "through the device" > /dev/stdout\nexec node server.mjs\n' });
    const instance = await startInstance(spec, host, { onOutput: (line) => lines.push(line) });
    await instance.stop(0);
    expect(lines.map(({ text }) => text)).toEqual(['through the device']);
  });

  it('names the signal that ended the app', async () => {
    const instance = await startInstance(await packages.spec(nodeServer("process.kill(process.pid, 'SIGSEGV')")), host);
    await get(instance).catch(() => undefined);
    expect(await instance.exited).toEqual({ kind: 'SIGNALED', signal: 'SIGSEGV' });
    await expect(instance.dial()).rejects.toThrow(DialFailure);
  });

  it('lets an app finish on SIGTERM within the grace', async () => {
    const lines: string[] = [];
    const spec = await packages.spec(nodeServer("return ''", "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });"));
    const instance = await startInstance(spec, host, { onOutput: ({ text }) => lines.push(text) });
    await instance.stop(20_000);
    expect(lines).toEqual(['bye']);
    expect(await instance.exited).toEqual({ kind: 'STOPPED' });
  });

  it('ends an app that ignores SIGTERM, with all it has started', async () => {
    const prelude = "import { spawn } from 'node:child_process'; process.on('SIGTERM', () => undefined); spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });";
    const instance = await startInstance(await packages.spec(nodeServer("return ''", prelude)), host);
    await instance.stop(50);
    expect(isRunning(instance.pid)).toBe(false);
    await expect(instance.dial()).rejects.toMatchObject({ reason: 'CLOSED' });
  });

  it('is not held up by an app that floods its output, and says how much was dropped', async () => {
    const lines: OutputLine[] = [];
    const flood = "const line = 'x'.repeat(99) + '\\n'; for (let i = 0; i < 200; i++) writeSync(1, line.repeat(1000)); return 'done'";
    const instance = await startInstance(await packages.spec(nodeServer(flood, "import { writeSync } from 'node:fs';")), host, { onOutput: (line) => lines.push(line) });
    expect(await get(instance)).toBe('done');
    await instance.stop(0);
    const dropped = lines.filter(({ source }) => source === 'platform').reduce((sum, { text }) => sum + Number.parseInt(text, 10), 0);
    expect(dropped).toBeGreaterThan(100_000);
    expect(dropped + lines.filter(({ source }) => source === 'stdout').length).toBe(200_000);
  });

  it('refuses dials beyond its bound while the app accepts none', async () => {
    // A stopped process completes no more connections than its backlog holds.
    const instance = await startInstance(await packages.spec({ bootstrap: '#!/usr/bin/python3\nimport socket, time\ns = socket.socket()\ns.bind(("127.0.0.1", 8000))\ns.listen(0)\ntime.sleep(1000)\n' }), host);
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => instance.dial({ timeoutMs: 300 })));
    const reasons = new Set(results.map((result) => (result.status === 'rejected' ? (result.reason as DialFailure).reason : 'CONNECTED')));
    for (const result of results) if (result.status === 'fulfilled') result.value.destroy();
    expect(reasons).toContain('TIMED_OUT');
    expect(reasons).toContain('BUSY');
    await instance.stop(0);
  });

  it('leaves nothing behind after fifty starts and stops', async () => {
    const directory = await packages.extract({ bootstrap: '#!/usr/bin/python3 -SE\nimport socket, time\ns = socket.socket()\ns.bind(("127.0.0.1", 8000))\ns.listen(8)\ntime.sleep(1000)\n' });
    const cycle = async (): Promise<void> => {
      const instance = await startInstance(packages.specOf(directory), host);
      (await instance.dial()).destroy();
      await instance.stop(0);
    };
    const children = (): string[] => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isChildOfThisProcess(pid));
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    await cycle();
    const before = { descriptors: descriptors(), children: children().length };
    for (let round = 0; round < 50; round++) await cycle();
    await until(() => descriptors() <= before.descriptors && children().length <= before.children, 'descriptors and processes are as before');
    expect(workerGroups()).toEqual([]);
  });
});

function isChildOfThisProcess(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8').includes(`PPid:\t${process.pid}\n`);
  } catch {
    return false;
  }
}

/** Groups of instances this process still has, in any mounted hierarchy. */
function workerGroups(): string[] {
  return execFileSync('/usr/bin/find', ['/sys/fs/cgroup', '-path', `*windlass-worker-${process.pid}-*/*`, '-type', 'd'], { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .split('\n')
    .filter(Boolean);
}
