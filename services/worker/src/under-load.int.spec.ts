import { readFileSync } from 'node:fs';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { Fault, InvocationBatch, type InvocationFact } from '@windlass/contracts/worker/v1/invocation_facts';
import { describeWithSandbox } from './instance/testing/instances.js';
import { processesWith } from './testing/processes.js';
import { RunningWorker, until, type Answer } from './testing/running-worker.js';

const SLOW = `
  require('node:http').createServer((req, res) => {
    let size = 0;
    req.on('data', (piece) => (size += piece.length)).on('end', () => setTimeout(() => res.end(process.env.NAME + ' ' + size), 20));
  }).listen(8000, '127.0.0.1');
`;

/** Sends requests, so many at a time, until it is stopped; answers all it got. */
function load(worker: RunningWorker, spec: () => FunctionSpec, concurrency: number): { readonly count: number; stop(): Promise<Answer[]> } {
  const answers: Answer[] = [];
  let going = true;
  const senders = Array.from({ length: concurrency }, async (_, sender) => {
    for (let nth = 0; going && nth < 5_000; nth += 1) {
      answers.push(await worker.send(spec(), nth % 3 === 0 ? { method: 'PUT', body: Buffer.alloc(1_000 + sender) } : {}));
    }
  });
  return {
    get count() {
      return answers.length;
    },
    stop: async () => {
      going = false;
      await Promise.all(senders);
      return answers;
    },
  };
}

describeWithSandbox('under load', () => {
  let worker: RunningWorker;
  const facts = new Map<string, InvocationFact[]>();
  let dropped = 0;

  beforeAll(async () => {
    worker = await RunningWorker.start();
    await worker.bus.consume({
      group: 'facts',
      topics: ['worker.invocations'],
      onMessages: async (messages) => {
        for (const { payload } of messages) {
          const batch = InvocationBatch.decode(payload);
          facts.set(batch.func_id, [...(facts.get(batch.func_id) ?? []), ...batch.facts]);
          dropped += batch.dropped;
        }
      },
    });
  });
  afterAll(() => worker?.close());

  const statuses = (answers: readonly Answer[]): number[] => [...new Set(answers.map(({ status }) => status))];

  it('no idempotent request fails while instances are killed: it is sent to another one', async () => {
    const marker = `KILLED_${process.pid}_${Date.now()}`;
    const spec = await worker.deploy(SLOW, { environment: { NAME: 'n', [marker]: '1' }, instance_concurrency: 4 });
    const running = load(worker, () => spec, 12);
    for (let kill = 1; kill <= 10; kill += 1) {
      const before = running.count;
      await until(() => running.count >= before + 30, 'requests are served');
      const apps = processesWith(marker).filter((pid) => isNode(pid));
      process.kill(apps[kill % apps.length] ?? 0, 'SIGKILL');
    }
    const answers = await running.stop();
    expect(statuses(answers)).toEqual([200]);
    expect(worker.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('no request fails while new code is deployed, and what is asked for is what answers', async () => {
    let current = await worker.deploy(SLOW, { environment: { NAME: '1' } });
    const running = load(worker, () => current, 6);
    for (let revision = 2; revision <= 8; revision += 1) {
      const before = running.count;
      await until(() => running.count >= before + 30, 'requests are served');
      const next = { ...current, revision, environment: { NAME: String(revision) } };
      worker.registry.put(next);
      if (revision % 2 === 0) await worker.announce({ $case: 'put', value: { ...next, environment: {} } });
      current = next;
      expect((await worker.send(next)).body.toString()).toBe(`${revision} 0`);
    }
    expect(statuses(await running.stop())).toEqual([200]);
  });

  it('each request leaves one fact', async () => {
    const marker = `FACTS_${process.pid}_${Date.now()}`;
    // Works until it has had 30 ms of the processor, however long a busy machine lets it wait for them.
    const spec = await worker.deploy(`
      const cpuMs = (before) => { const { user, system } = process.cpuUsage(before); return (user + system) / 1_000; };
      require('node:http').createServer((req, res) => {
        if (req.url === '/crash') process.exit(1);
        for (const before = process.cpuUsage(); cpuMs(before) < 30;);
        req.on('data', () => {}).on('end', () => res.end('twelve bytes'));
      }).listen(8000, '127.0.0.1');
    `, { environment: { [marker]: '1' }, max_instances: 1 });
    await worker.send(spec, { method: 'POST', body: 'seven..', requestId: 'cold' });
    const [, queued] = await Promise.all([worker.send(spec, { requestId: 'warm' }), worker.send(spec, { requestId: 'queued' })]);
    expect(queued.status).toBe(200);
    await worker.send(spec, { path: '/crash', requestId: 'crash' });
    await worker.send({ ...spec, func_id: 'nowhere' }, { requestId: 'unknown' });
    await until(() => facts.get(spec.func_id)?.length === 4, 'the facts arrive');
    const byId = Object.fromEntries((facts.get(spec.func_id) ?? []).map((fact) => [fact.request_id, fact]));
    expect(Object.keys(byId).sort()).toEqual(['cold', 'crash', 'queued', 'warm']);
    expect(byId['cold']).toMatchObject({ cold_start: true, status_code: 200, fault: Fault.UNSPECIFIED, bytes_in: 7, bytes_out: 12, memory_size_mb: 128, instance_id: byId['warm']?.instance_id });
    expect(byId['cold']?.cold_start_ms).toBeGreaterThan(10);
    expect(byId['cold']?.memory_peak_mb).toBeGreaterThan(5);
    expect([byId['warm'], byId['queued']].map((fact) => Math.round(fact?.queue_ms ?? 0) > 20).sort()).toEqual([false, true]);
    for (const name of ['warm', 'queued']) {
      expect(byId[name]?.run_ms).toBeGreaterThan(29);
      expect(byId[name]?.cpu_ms).toBeGreaterThan(0);
    }
    // Shared out among those that ended between two counts, so one may get another's; together they have what was used.
    expect(['cold', 'warm', 'queued'].reduce((sum, name) => sum + (byId[name]?.cpu_ms ?? 0), 0)).toBeGreaterThan(60);
    expect(byId['crash']).toMatchObject({ status_code: 502, fault: Fault.FUNCTION, reason: 'PROCESS_EXITED', error_code: 4002, bytes_out: 0 });
    expect(dropped).toBe(0);
  });
});

function isNode(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('node');
  } catch {
    return false;
  }
}
