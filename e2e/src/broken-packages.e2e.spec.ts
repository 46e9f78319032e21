import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFiles, type PackageFile } from '@windlass/function-package';
import { createRequest, demoClient, deploy, nodeFunction, uniqueName, type DeployOptions } from './harness/deploy.js';
import { fg, refusal } from './harness/tenant.js';

const script = (text: string, executable = true): PackageFile => ({ name: 'bootstrap', content: text, executable });

/** What the API says when a function of this package is called, by invocation and by URL. */
async function failure(files: readonly PackageFile[], options: DeployOptions = {}): Promise<{ code: string; message: string; status: number; urlStatus: number; urlCode: string }> {
  const deployed = await deploy(files, { memoryMb: 128, path: `/${uniqueName('broken')}`, ...options });
  try {
    const said = await refusal(demoClient().invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody({})));
    const response = await fetch(deployed.url);
    const { error_code: urlCode } = (await response.json()) as { error_code: string };
    return { ...said, urlStatus: response.status, urlCode };
  } finally {
    await deployed.remove();
  }
}

async function refusedUpload(files: readonly PackageFile[]): Promise<{ status: number; code: string; message: string }> {
  return refusal(demoClient().createFunction(createRequest(uniqueName('refused'), await packFiles(files))));
}

describe('a broken package explains itself', () => {
  it('when its process exits: the exit code and the last lines of stderr', async () => {
    const said = await failure([script('#!/bin/sh\necho first >&2\necho "cannot find module left-pad" >&2\nexit 3\n')]);
    expect(said).toMatchObject({ code: 'FSS.4201', urlCode: 'FSS.4201', urlStatus: 502 });
    expect(said.status).toBeLessThan(500);
    expect(said.message).toMatch(/exit(ed)? .*\b3\b/i);
    expect(said.message).toContain('cannot find module left-pad');
  });

  it('when its process is killed: the signal', async () => {
    const said = await failure([script('#!/bin/sh\nkill -SEGV $$\n')]);
    expect(said).toMatchObject({ code: 'FSS.4201', message: expect.stringContaining('SIGSEGV') });
  });

  it('when its port never opens: which address was waited for', async () => {
    const said = await failure([script('#!/bin/sh\necho thinking >&2\nexec sleep 600\n')], { timeoutSeconds: 5 });
    expect(said).toMatchObject({ code: 'FSS.4211', message: expect.stringContaining('127.0.0.1:8000') });
    expect(said.message).toContain('thinking');
  });

  it('when it listens elsewhere: where', async () => {
    const said = await failure(nodeFunction("http.createServer((_, r) => r.end()).listen(3000, '127.0.0.1');"));
    expect(said.message).toContain('3000');
    expect(said.message).toContain('127.0.0.1:8000');
  });

  it('when its interpreter is not there: which', async () => {
    const said = await failure([script('#!/opt/none/perl6\nsay 1\n')]);
    expect(said).toMatchObject({ code: 'FSS.4201', message: expect.stringContaining('/opt/none/perl6') });
  });

  it('when it needs more memory than it has', async () => {
    const said = await failure(nodeFunction('const all = []; for (;;) all.push(Buffer.alloc(16 * 1024 * 1024, 1));'), { memoryMb: 128 });
    expect(said).toMatchObject({ code: 'FSS.4205', message: expect.stringMatching(/128 ?MB/) });
  });

  it('when a request takes longer than the timeout, and serves the next one', async () => {
    const deployed = await deploy(nodeFunction("http.createServer((request, response) => request.url === '/slow' ? undefined : response.end('quick')).listen(8000, '127.0.0.1');"), {
      timeoutSeconds: 3,
      path: `/`,
    });
    const client = demoClient();
    const slow = refusal(client.invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody({ httpMethod: 'GET', path: '/slow' } as never)));
    expect(await slow).toMatchObject({ status: 408, code: 'FSS.4010', message: expect.stringMatching(/3 ?s/) });
    const quick = await client.invokeFunction(new fg.InvokeFunctionRequest(deployed.urn).withBody({ httpMethod: 'GET', path: '/' } as never));
    expect(quick).toMatchObject({ statusCode: 200 });
    await deployed.remove();
  });

  it('at upload, when bootstrap has Windows line ends', async () => {
    expect(await refusedUpload([script('#!/bin/sh\r\nexec node server.js\r\n')])).toMatchObject({ status: 400, message: expect.stringMatching(/CRLF/) });
  });

  it('at upload, when bootstrap has no shebang', async () => {
    expect(await refusedUpload([script('node server.js\n')])).toMatchObject({ status: 400, message: expect.stringMatching(/#!/) });
  });

  it('at upload, when bootstrap is not executable', async () => {
    expect(await refusedUpload([script('#!/bin/sh\nexec node server.js\n', false)])).toMatchObject({ status: 400, message: expect.stringMatching(/chmod \+x/) });
  });

  it('at upload, when bootstrap is a program for another processor', async () => {
    const elf = Buffer.from(readFileSync(process.execPath).subarray(0, 4096));
    elf.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18);
    expect(await refusedUpload([{ name: 'bootstrap', content: elf, executable: true }])).toMatchObject({ status: 400, message: expect.stringMatching(/aarch64|arm64|x86[-_]64/i) });
  });

  it('at upload, when the zip is none, or reaches out of its folder', async () => {
    expect(await refusal(demoClient().createFunction(createRequest(uniqueName('nozip'), Buffer.from('not a zip'))))).toMatchObject({ status: 400 });
    const folder = mkdtempSync(join(tmpdir(), 'windlass-slip-'));
    writeFileSync(join(folder, 'slip.py'), "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w')\nz.writestr('bootstrap', '#!/bin/sh\\n')\nz.writestr('../../evil', 'x')\nz.close()\n");
    execFileSync('python3', [join(folder, 'slip.py'), join(folder, 'slip.zip')]);
    const zip = readFileSync(join(folder, 'slip.zip'));
    rmSync(folder, { recursive: true });
    expect(await refusal(demoClient().createFunction(createRequest(uniqueName('slip'), zip)))).toMatchObject({ status: 400, message: expect.stringContaining('evil') });
  });
});
