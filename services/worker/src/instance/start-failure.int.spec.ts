import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInstanceHost, startInstance, type InstanceHost, type InstanceSpec, type StartFailure } from './index.js';
import { describeWithSandbox, nodeServer, Packages, silent } from './testing/instances.js';

describeWithSandbox('a start that fails', () => {
  const packages = new Packages();
  let host: InstanceHost;

  beforeAll(async () => {
    await packages.open();
    host = await createInstanceHost({ logger: silent });
  });
  afterAll(async () => {
    await host.close();
    await packages.close();
  });

  async function failure(spec: InstanceSpec, on: InstanceHost = host): Promise<StartFailure> {
    const instance = await startInstance(spec, on).catch((error: unknown) => error as StartFailure);
    if ('stop' in instance) throw new Error('It started.');
    return instance;
  }

  it('says that there is no bootstrap', async () => {
    expect(await failure(await packages.spec({ 'index.js': '' }))).toMatchObject({ reason: 'BOOTSTRAP_MISSING', code: 4201 });
  });

  it('follows a link out of the package only to what the sandbox shows', async () => {
    const directory = await packages.extract({});
    await symlink('/etc/shadow', join(directory, 'bootstrap'));
    expect(await failure(packages.specOf(directory))).toMatchObject({ reason: 'BOOTSTRAP_MISSING' });
  });

  it('says that bootstrap is a folder', async () => {
    const directory = await packages.extract({});
    await mkdir(join(directory, 'bootstrap'));
    expect(await failure(packages.specOf(directory))).toMatchObject({ reason: 'NOT_EXECUTABLE', problem: { detail: 'directory' } });
  });

  it('says that bootstrap is not executable', async () => {
    const spec = await packages.spec({ bootstrap: { content: '#!/bin/sh\n', mode: 0o644 } });
    const { reason, message } = await failure(spec);
    expect(reason).toBe('NOT_EXECUTABLE');
    expect(message).toContain('chmod 755 bootstrap');
    await chmod(join(spec.codeDirectory, 'bootstrap'), 0o755);
    expect(await failure(spec)).toMatchObject({ reason: 'PROCESS_EXITED' });
  });

  it('says that bootstrap has no first line that names its interpreter', async () => {
    expect(await failure(await packages.spec({ bootstrap: 'node index.js\n' }))).toMatchObject({ reason: 'NO_SHEBANG' });
  });

  it('says that bootstrap has Windows line ends', async () => {
    expect(await failure(await packages.spec({ bootstrap: '#!/bin/bash\r\nnode index.js\r\n' }))).toMatchObject({ reason: 'CRLF_SHEBANG' });
  });

  it('names the interpreter that does not exist inside', async () => {
    const { reason, message } = await failure(await packages.spec({ bootstrap: '#!/opt/python/bin/python3\n' }));
    expect(reason).toBe('INTERPRETER_MISSING');
    expect(message).toContain('/opt/python/bin/python3');
  });

  it('names the documented runtime that a script starts and this machine does not have', async () => {
    const bootstrap = '#!/bin/sh\n/opt/function/runtime/nodejs0.1/rtsp/nodejs/bin/node $RUNTIME_CODE_ROOT/index.js\n';
    const { reason, message, stderrTail } = await failure(await packages.spec({ bootstrap }));
    expect(reason).toBe('INTERPRETER_MISSING');
    expect(message).toContain('/opt/function/runtime/nodejs0.1/rtsp/nodejs/bin/node');
    expect(stderrTail.join()).toContain('not found');
  });

  it('names both architectures when the program is for another machine', async () => {
    const elf = Buffer.alloc(64);
    elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    elf.writeUInt16LE(process.arch === 'x64' ? 0xb7 : 0x3e, 18);
    const { reason, message } = await failure(await packages.spec({ bootstrap: elf }));
    expect(reason).toBe('WRONG_ARCHITECTURE');
    expect(message).toMatch(/amd64/);
    expect(message).toMatch(/arm64/);
  });

  it('tells the exit code and the last lines of stderr', async () => {
    const bootstrap = '#!/bin/sh\nfor i in $(seq 1 30); do echo "line $i" >&2; done\nexit 7\n';
    const { reason, code, message, stderrTail } = await failure(await packages.spec({ bootstrap }));
    expect({ reason, code }).toEqual({ reason: 'PROCESS_EXITED', code: 4201 });
    expect(message).toContain('exited with code 7');
    expect(stderrTail).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 11}`));
  });

  it('tells the signal that ended the app', async () => {
    const { message } = await failure(await packages.spec({ bootstrap: '#!/bin/sh\nkill -ABRT $$\n' }));
    expect(message).toContain('was ended by SIGABRT');
  });

  it('says that nothing listens', async () => {
    const { reason, code } = await failure(await packages.spec({ bootstrap: '#!/bin/sh\nexec sleep 1000\n' }, { startTimeoutMs: 300 }));
    expect({ reason, code }).toEqual({ reason: 'PORT_NOT_OPENED', code: 4211 });
  });

  it.each([
    ['another port', "listen(9000, '127.0.0.1')", '127.0.0.1:9000'],
    ['another address', "listen(8000, '127.0.0.2')", '127.0.0.2:8000'],
    ['IPv6 alone', "listen({ port: 8000, host: '::', ipv6Only: true })", '[::]:8000'],
  ])('names where the app listens instead: %s', async (_, listen, address) => {
    const server = nodeServer("return ''");
    const program = (server['server.mjs'] as string).replace("listen(8000, '127.0.0.1')", listen);
    const { reason, code, message } = await failure(await packages.spec({ ...server, 'server.mjs': program }, { startTimeoutMs: 3_000 }));
    expect({ reason, code }).toEqual({ reason: 'WRONG_ADDRESS', code: 4211 });
    expect(message).toContain(address);
  });

  it('says that it ran out of memory', async () => {
    const bootstrap = '#!/usr/bin/python3\nimport time\nhog = []\nwhile True:\n  hog.append(bytearray(8 * 1024 * 1024))\n  time.sleep(0.002)\n';
    const { reason, code, message } = await failure(await packages.spec({ bootstrap }, { memoryMb: 128 }));
    expect({ reason, code }).toEqual({ reason: 'OUT_OF_MEMORY', code: 4205 });
    expect(message).toContain('128 MB');
  });

  it('is over at once when it is given up', async () => {
    const giveUp = new AbortController();
    const spec = await packages.spec({ bootstrap: '#!/bin/sh\necho started\nexec sleep 1000\n' });
    const starting = startInstance(spec, host, { signal: giveUp.signal, onOutput: () => giveUp.abort() });
    await expect(starting).rejects.toMatchObject({ reason: 'ABORTED' });
  });

  it('is over at once when the host closes', async () => {
    const other = await createInstanceHost({ logger: silent });
    const started = Promise.withResolvers<void>();
    const starting = startInstance(await packages.spec({ bootstrap: '#!/bin/sh\necho started\nexec sleep 1000\n' }), other, { onOutput: () => started.resolve() });
    const outcome = expect(starting).rejects.toMatchObject({ reason: 'ABORTED' });
    await started.promise;
    await other.close();
    await outcome;
    await expect(startInstance(await packages.spec(nodeServer("return ''")), other)).rejects.toMatchObject({ reason: 'ABORTED' });
  });

  it('never gives less isolation than was asked for, and names what is missing', async () => {
    const without = await createInstanceHost({ logger: silent, runsc: '/nonexistent/runsc' });
    const { reason, code, message } = await failure(await packages.spec(nodeServer("return ''"), { isolation: 'strong' }), without);
    expect({ reason, code }).toEqual({ reason: 'ISOLATION_UNAVAILABLE', code: 6001 });
    expect(message).toMatch(/enable_class_isolation.*there is no program \/nonexistent\/runsc/);
    await without.close();
  });

  it('knows a program that is no such kernel, and one that makes no sandbox', async () => {
    const why = async (program: string): Promise<string> => {
      const tried = await createInstanceHost({ logger: silent, runsc: program });
      await tried.close();
      return 'missing' in tried.isolation.strong ? tried.isolation.strong.missing : 'it works';
    };
    const fake = join(packages.directory, 'runsc');
    await writeFile(fake, '#!/bin/sh\n[ "$1" = --version ] && echo "runsc version fake" && exit\necho "no, I will not" >&2\nexit 3\n');
    await chmod(fake, 0o755);
    expect(await why('/usr/bin/env')).toContain('is not runsc');
    // A script needs a shell, which the sandbox around a kernel does not hold.
    expect(await why(fake)).toContain('makes no sandbox on this machine');
  });

  it('blames the platform when the sandbox cannot be made', async () => {
    const spec = await packages.spec(nodeServer("return ''"), { environment: { PATH: 'a\0--bind\0/\0/' } });
    expect(await failure(spec)).toMatchObject({ reason: 'SANDBOX_FAILED' });
    expect(await failure(await packages.spec(nodeServer("return ''"), { runtimesDirectory: '/nonexistent' }))).toMatchObject({ reason: 'SANDBOX_FAILED' });
  });
});
