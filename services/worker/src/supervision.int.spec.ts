import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { Instance } from '@windlass/contracts/worker/v1/worker_service';
import { describeWithSandbox } from './instance/testing/instances.js';
import { processesWith } from './testing/processes.js';
import { RunningWorker, until } from './testing/running-worker.js';

const COUNTS = `
  let served = 0;
  require('node:http').createServer((req, res) => res.end(String(served += 1))).listen(8000, '127.0.0.1');
`;

describeWithSandbox('the instances of a worker', () => {
  let worker: RunningWorker;
  const instances = async (spec: FunctionSpec): Promise<Instance[]> => (await worker.control.listInstances({ func_id: spec.func_id })).instances;
  const circuit = async (spec: FunctionSpec) => (await worker.control.listInstances({ func_id: spec.func_id })).versions[0]?.circuit;
  const inState = (spec: FunctionSpec, state: string): Promise<void> =>
    until(async () => (await instances(spec)).every((instance) => instance.state === state), `every instance is ${state}`);

  beforeAll(async () => {
    worker = await RunningWorker.start({ freezeSeconds: 0.05, idleSeconds: 600 });
  });
  afterAll(() => worker?.close());

  it('freeze and wake hundreds of times without losing a request or themselves', async () => {
    const functions = await Promise.all(Array.from({ length: 10 }, () => worker.deploy(COUNTS)));
    for (const spec of functions) await worker.send(spec);
    for (let round = 2; round <= 21; round += 1) {
      await Promise.all(functions.map((spec) => inState(spec, 'frozen')));
      const answers = await Promise.all(functions.map((spec) => worker.send(spec, { method: round % 2 === 0 ? 'POST' : 'GET', body: round % 2 === 0 ? 'x' : '' })));
      expect(answers.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual(functions.map(() => `200 ${round}`));
    }
  });

  it('cost no processor time while they are frozen, though the app would use all there is', async () => {
    const spin = await worker.deploy(`${COUNTS} const spin = () => setImmediate(spin); spin();`);
    await worker.send(spin);
    await inState(spin, 'frozen');
    const [before] = await instances(spin);
    const works = await worker.deploy(`require('node:http').createServer((req, res) => { for (const end = Date.now() + 200; Date.now() < end;); res.end(); }).listen(8000, '127.0.0.1');`);
    await worker.send(works);
    const [after] = await instances(spin);
    expect(after).toMatchObject({ state: 'frozen', state_since: before?.state_since });
    // It counts as frozen from the moment nothing is given to it any more; a few milliseconds later it stands still. The other took 200.
    expect((after?.cpu_ms ?? 0) - (before?.cpu_ms ?? 0)).toBeLessThan(20);
    expect(after?.memory_used_mb).toBeGreaterThan(5);
    expect((await worker.send(spin)).status).toBe(200);
  });

  it('run ahead where they are reserved, come back when they are killed, and after a restart of the worker', async () => {
    const marker = `RESERVED_${process.pid}_${Date.now()}`;
    const spec = await worker.deploy(COUNTS, { reserved_instances: 2, environment: { [marker]: '1' } });
    await worker.announce({ $case: 'put', value: { ...spec, environment: {} } });
    await until(async () => (await instances(spec)).filter(({ state }) => state === 'frozen').length === 2, 'two are running and rest');
    const [first] = await instances(spec);
    for (const pid of processesWith(marker)) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const running = await instances(spec);
      return running.length === 2 && running.every(({ state, instance_id }) => state === 'frozen' && instance_id !== first?.instance_id);
    }, 'two others are running');
    await worker.restart();
    await until(async () => (await instances(spec)).filter(({ state }) => state === 'frozen').length === 2, 'two are running again');
    expect((await worker.send(spec)).body.toString()).toBe('1');
  });

  it('tell why a version is not started any more, and callers hear it too', async () => {
    const spec = await worker.deploy({ bootstrap: '#!/bin/bash\necho no such database >&2\nexit 7\n' });
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await worker.send(spec)).status).toBe(502);
    const refused = await worker.send(spec);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(refused.body.toString()).error_msg).toMatch(/^No instance is started for another 1 s, after 3 failures in a row\. "bootstrap" exited with code 7 .*\nno such database$/);
    expect(await circuit(spec)).toMatchObject({
      state: 'open',
      failures: 3,
      retry_at: expect.any(Number),
      last_failure: { code: 4201, reason: 'PROCESS_EXITED', message: expect.stringMatching(/exited with code 7.*HTTP\.$/), stderr_tail: ['no such database'] },
    });
    await until(async () => (await circuit(spec))?.state === 'half-open', 'it is tried again');
  });

  it('are told apart: out of memory, crashed, and killed', async () => {
    const source = `
      const kept = [];
      require('node:http').createServer((req, res) => {
        console.error('asked for ' + req.url);
        if (req.url === '/hungry') for (;;) kept.push(Buffer.alloc(4 << 20, 1));
        if (req.url === '/crash') process.abort();
        if (req.url === '/kill') process.kill(process.pid, 'SIGKILL');
        res.end();
      }).listen(8000, '127.0.0.1');
    `;
    for (const [path, code, reason] of [
      ['/hungry', 4205, 'OUT_OF_MEMORY'],
      ['/crash', 4002, 'PROCESS_EXITED'],
    ] as const) {
      const spec = await worker.deploy(source);
      const answer = await worker.send(spec, { path });
      expect(JSON.parse(answer.body.toString()).error_code).toBe(`FSS.${code}`);
      expect(await circuit(spec)).toMatchObject({ state: 'closed', failures: 1, last_failure: { code, reason, stderr_tail: expect.arrayContaining([`asked for ${path}`]) } });
      expect((await worker.send(spec)).status).toBe(200);
      expect(await circuit(spec)).toMatchObject({ state: 'closed', failures: 0 });
    }
  });

  it('get a request anew after a kill only where it may be sent twice, and not for ever', async () => {
    const source = "require('node:http').createServer((req) => { console.log('got a ' + req.method); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20); }).listen(8000, '127.0.0.1');";
    for (const [method, times] of [['POST', 1], ['GET', 3]] as const) {
      const spec = await worker.deploy(source, { log_stream_id: `killed-${method}`, log_group_id: 'g', func_name: `killed-${method}` });
      const answer = await worker.send(spec, { method });
      expect(JSON.parse(answer.body.toString())).toMatchObject({ error_code: 'FSS.4002', error_msg: expect.stringContaining('SIGKILL') });
      const got = (content: string) => worker.lines.filter(({ labels, ...line }) => labels['function'] === `killed-${method}` && line.content.startsWith(content)).length;
      await until(() => got('Finish') === 1, 'the lines arrive');
      expect([got('Start'), got(`got a ${method}`)]).toEqual([1, times]);
    }
  });
});
