import { processesWith } from './testing/processes.js';
import { describeWithSandbox } from './instance/testing/instances.js';
import { RunningWorker, until } from './testing/running-worker.js';

const APP = `
  require('node:http').createServer((req, res) => {
    console.log('serving ' + req.url);
    setTimeout(() => res.end('done'), Number(req.url.slice(1)));
  }).listen(8000, '127.0.0.1');
`;

describeWithSandbox('the life of a worker', () => {
  let worker: RunningWorker;

  beforeEach(async () => {
    worker = await RunningWorker.start({ idleSeconds: 1, queueLength: 2, maxInstances: 2 });
  });
  afterEach(() => worker?.close());

  it('gives up an instance nobody uses, and starts one again for the next request', async () => {
    const spec = await worker.deploy(APP);
    await worker.send(spec);
    await until(async () => (await worker.instances(spec)).length === 0, 'the idle instance is gone');
    expect((await worker.send(spec)).status).toBe(200);
  });

  it('answers at once that the queue is full', async () => {
    const spec = await worker.deploy(APP, { max_instances: 1 });
    await worker.send(spec);
    const busy = [worker.send(spec, { path: '/700' })];
    await until(async () => (await worker.instances(spec))[0] === '1:busy', 'the instance serves');
    busy.push(worker.send(spec, { path: '/1' }), worker.send(spec, { path: '/2' }));
    const refused = await worker.send(spec, { path: '/3' });
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body.toString()).error_code).toBe('FSS.4021');
    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('makes room for a function by giving up what another one does not use', async () => {
    const [one, two] = [await worker.deploy(APP), await worker.deploy(APP)];
    await Promise.all([worker.send(one, { path: '/100' }), worker.send(one, { path: '/100' })]);
    expect((await worker.send(two)).status).toBe(200);
  });

  it('takes a place in the queue from a caller that left', async () => {
    const spec = await worker.deploy(APP, { max_instances: 1 });
    await worker.send(spec);
    const running = worker.send(spec, { path: '/500' });
    await until(async () => (await worker.instances(spec))[0] === '1:busy', 'the instance serves');
    const left = new AbortController();
    const leavers = [1, 2].map(() => worker.send(spec, { signal: left.signal }).catch(() => 'left'));
    await until(async () => (await worker.send(spec)).status === 429, 'the queue is full');
    left.abort();
    await Promise.all(leavers);
    await until(async () => (await worker.send(spec, { path: '/1' })).status === 200, 'there is a place again');
    expect((await running).status).toBe(200);
  });

  it('ends with what it serves, ships the last lines and leaves no process behind', async () => {
    const marker = `MARK_${process.pid}_${Date.now()}`;
    const spec = await worker.deploy(APP, { log_stream_id: 's', environment: { [marker]: '1' } });
    const running = worker.send(spec, { path: '/400', requestId: 'last' });
    await until(async () => (await worker.instances(spec))[0] === '1:busy', 'the instance serves');
    expect(processesWith(marker).length).toBeGreaterThan(0);
    await worker.stopWorker();
    expect((await running).body.toString()).toBe('done');
    expect(processesWith(marker)).toEqual([]);
    await until(() => worker.lines.some(({ content }) => content.startsWith("Finish invoke request 'last', ")), 'the last line arrives');
    expect(worker.lines.map(({ content }) => content)).toContain('serving /400');
  });

  it('comes back with the code it has and what it knows', async () => {
    const [kept, removed] = [await worker.deploy(APP), await worker.deploy(APP)];
    await worker.send(kept);
    await worker.announce({ $case: 'removed', value: { func_id: removed.func_id, version: '', revision: 2 } });
    await until(async () => (await worker.send(removed)).status === 404, 'the removal is known');
    await worker.restart();
    const { specCalls, downloads } = worker.registry;
    expect((await worker.send(removed)).status).toBe(404);
    expect(worker.registry.specCalls).toBe(specCalls);
    expect((await worker.send(kept)).status).toBe(200);
    expect(worker.registry.downloads).toBe(downloads);
  });

  it('serves warm requests while the registry is down', async () => {
    const spec = await worker.deploy(APP);
    await worker.send(spec);
    worker.registry.close();
    expect((await worker.send(spec)).status).toBe(200);
  });
});
