import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { describeWithSandbox } from '../instance/testing/instances.js';
import { findRunsc } from '../instance/testing/runsc.js';
import { RunningWorker, until } from '../testing/running-worker.js';

/** Tells the kernel it runs on, when it has the whole request. */
const APP = `
  require('node:http').createServer((req, res) => {
    req.resume().on('end', () => res.end(require('node:fs').readFileSync('/proc/version', 'utf8')));
  }).listen(8000, '127.0.0.1');
`;
/** As gVisor calls itself there; the sandbox of the other class runs on a kernel of this machine's builder. */
const GVISOR = /gvisor|Linux version 4\.4\.0/i;

describeWithSandbox('isolation that an account demands, where it is not to be had', () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await RunningWorker.start();
  });
  afterAll(() => worker?.close());

  it('refuses what starts from then on and says who demands it; other accounts are served', async () => {
    const spec = await worker.deploy(APP, { domain_id: 'strict' });
    const other = await worker.deploy(APP, { domain_id: 'lenient' });
    expect((await worker.send(spec)).status).toBe(200);
    await say(worker, 'strict', 'strong', 1);
    await until(async () => (await worker.send(spec)).status === 503, 'the function is refused');
    const refused = await worker.send(spec);
    const { error_code, error_msg } = JSON.parse(refused.body.toString()) as { error_code: string; error_msg: string };
    expect(error_code).toBe('FSS.6001');
    expect(error_msg).toMatch(/account demands strong isolation.*\/nonexistent\/runsc.*\/windlass\/v1\/isolation/);
    expect((await worker.send(other)).status).toBe(200);
  });

  it('is forgotten by no restart, and serves again when it is demanded no longer', async () => {
    const spec = await worker.deploy(APP, { domain_id: 'strict' });
    await worker.restart();
    expect((await worker.send(spec)).status).toBe(503);
    await say(worker, 'strict', 'standard', 2);
    await until(async () => (await worker.send(spec)).status === 200, 'the function is served');
  });
});

const runsc = await findRunsc();
if ('missing' in runsc) process.stderr.write(`skipped "isolation that an account demands": ${runsc.missing}\n`);
const describeStrong = 'program' in runsc ? describeWithSandbox : (name: string, body: () => void): void => void describe.skip(name, body);

describeStrong('isolation that an account demands', () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await RunningWorker.start({}, { runsc: 'program' in runsc ? runsc.program : '' });
  });
  afterAll(() => worker?.close());

  it('is what the next instance has; one that serves ends its requests first, and none is lost', async () => {
    const spec = await worker.deploy(APP, { domain_id: 'strict', instance_concurrency: 10, memory_mb: 256, cpu_millicores: 1_000, start_timeout_seconds: 60 });
    expect((await worker.send(spec)).body.toString()).not.toMatch(GVISOR);
    const held = httpRequest({ socketPath: worker.dataSocket, method: 'POST', path: '/', headers: worker.headers(spec) });
    const answered = once(held, 'response') as Promise<[IncomingMessage]>;
    held.write('the beginning');
    await until(async () => (await worker.instances(spec)).includes('1:busy'), 'a request is held');
    await say(worker, 'strict', 'strong', 1);
    await until(async () => (await worker.instances(spec)).includes('1:draining'), 'the ordinary instance takes no other request');
    const next = await worker.send(spec);
    expect([next.status, next.body.toString()]).toEqual([200, expect.stringMatching(GVISOR)]);
    held.end('the end');
    const [last] = await answered;
    expect([last.statusCode, (await last.toArray()).join('')]).toEqual([200, expect.not.stringMatching(GVISOR)]);
  });
});

function say(worker: RunningWorker, domain_id: string, isolation: 'standard' | 'strong', revision: number): Promise<void> {
  const payload = AccountEvent.encode({ domain_id, status: 'active', quotas: {}, isolation, revision }).finish();
  return worker.bus.publish([{ topic: 'iam.accounts', key: domain_id, id: crypto.randomUUID(), payload }]);
}
