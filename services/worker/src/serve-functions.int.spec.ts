import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { describeWithSandbox } from './instance/testing/instances.js';
import { RunningWorker, until } from './testing/running-worker.js';

const ECHO = `
  require('node:http').createServer((req, res) => {
    const body = [];
    req.on('data', (piece) => body.push(piece));
    req.on('end', () => {
      res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(body).toString(), env: process.env }));
    });
  }).listen(8000, '127.0.0.1');
`;

describeWithSandbox('a worker', () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await RunningWorker.start();
  });
  afterAll(() => worker?.close());

  it('serves the first request of a function, with method, path, headers and body unchanged and the platform\'s headers added', async () => {
    const spec = await worker.deploy(ECHO, { environment: { GREETING: 'hi' }, memory_mb: 192 });
    const answer = await worker.send(spec, {
      method: 'POST',
      path: '/a%20b?c=d&c=%2F',
      requestId: 'r-1',
      headers: { 'X-Own': 'ä', 'x-cff-memory': 'forged', 'X_CFF_Memory': 'forged', 'x-windlass-source-ip': '203.0.113.9', 'x-windlass-api-id': 'api-1', 'x-windlass-stage': 'RELEASE' },
      body: Buffer.from('größe'),
    });
    expect(answer.status).toBe(200);
    const seen = JSON.parse(answer.body.toString());
    expect(seen).toMatchObject({ method: 'POST', url: '/a%20b?c=d&c=%2F', body: 'größe' });
    expect(seen.headers).toMatchObject({
      host: 'app.example',
      'x-own': 'ä',
      'x-cff-request-id': 'r-1',
      'x-cff-memory': '192',
      'x-cff-timeout': '30',
      'x-cff-func-version': 'latest',
      'x-cff-func-name': 'hello',
      'x-cff-project-id': 'p1',
      'x-cff-package': 'default',
      'x-cff-region': 'local-1',
      'x-apig-api-id': 'api-1',
      'x-apig-source-ip': '203.0.113.9',
      'x-apig-source-stage': 'RELEASE',
      'x-apig-request-id': 'r-1',
    });
    expect(Object.keys(seen.headers).filter((name) => /^x-windlass-|_/.test(name))).toEqual([]);
    expect(seen.env).toMatchObject({ GREETING: 'hi', RUNTIME_MEMORY: '192' });
  });

  it('stops serving an account when it is suspended, ends its instances, and serves it again when it is resumed', async () => {
    const spec = await worker.deploy(ECHO, { domain_id: 'tenant' });
    const say = (status: string, quotas: Record<string, number> = {}) =>
      worker.bus.publish([{ topic: 'iam.accounts', key: 'tenant', id: crypto.randomUUID(), payload: AccountEvent.encode({ domain_id: 'tenant', status, quotas, revision: 0, isolation: 'standard' }).finish() }]);
    const answers = async (status: number) => until(async () => (await worker.send(spec)).status === status, `status ${status}`);
    await answers(200);
    await say('suspended');
    await answers(403);
    const refused = await worker.send(spec);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ error_code: 'FSS.403', error_msg: 'The account that owns the function is suspended.' });
    await until(async () => (await worker.instances(spec)).length === 0, 'no instance is left');
    await say('active', { fgs_func_qos_limit: 0 });
    await answers(429);
    const limited = await worker.send(spec);
    expect(JSON.parse(limited.body.toString())).toMatchObject({ error_code: 'FSS.4021', error_msg: expect.stringMatching(/fgs_func_qos_limit of this account is 0 .*PUT/) });
    await say('active');
    await answers(200);
  });

  it('serves warm requests from one instance without asking the registry', async () => {
    const spec = await worker.deploy(ECHO);
    await worker.send(spec);
    const asked = worker.registry.specCalls + worker.registry.downloads;
    for (let index = 0; index < 20; index += 1) expect((await worker.send(spec)).status).toBe(200);
    expect(worker.registry.specCalls + worker.registry.downloads).toBe(asked);
    expect(await worker.instances(spec)).toHaveLength(1);
  });

  it('starts an instance for each concurrent request when an instance takes one at a time', async () => {
    const spec = await worker.deploy(SLOW, { instance_concurrency: 1 });
    const answers = await Promise.all([1, 2, 3].map(() => worker.send(spec, { path: '/200' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => JSON.parse(body.toString()).most))).toEqual(new Set([1]));
    expect(await worker.instances(spec)).toHaveLength(3);
  });

  it('gives one instance as many requests at once as it may have', async () => {
    const spec = await worker.deploy(SLOW, { instance_concurrency: 3 });
    await Promise.all([1, 2, 3].map(() => worker.send(spec, { path: '/300' })));
    const [answer] = await Promise.all([1, 2, 3].map(() => worker.send(spec, { path: '/300' })));
    expect(JSON.parse((answer?.body ?? '').toString()).most).toBe(3);
    expect(await worker.instances(spec)).toHaveLength(1);
  });

  it('lets requests wait while the only instance the function may have is busy', async () => {
    const spec = await worker.deploy(SLOW, { max_instances: 1 });
    const answers = await Promise.all([1, 2, 3, 4].map(() => worker.send(spec, { path: '/20' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await worker.instances(spec)).toHaveLength(1);
  });

  it('ends a request at the function\'s timeout, and the next one finds a fresh instance', async () => {
    const spec = await worker.deploy(SLOW, { timeout_seconds: 1 });
    const late = await worker.send(spec, { path: '/60000' });
    expect(late.status).toBe(504);
    expect(JSON.parse(late.body.toString())).toMatchObject({ error_code: 'FSS.4010' });
    const next = await worker.send(spec, { path: '/0' });
    expect(JSON.parse(next.body.toString()).served).toBe(1);
  });

  it('takes the route\'s timeout when it is the smaller one', async () => {
    const spec = await worker.deploy(SLOW);
    const answer = await worker.send(spec, { path: '/60000', headers: { 'x-windlass-timeout-ms': '100' } });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error_code: 'FSS.4010', error_msg: expect.stringMatching(/^call request timed out after 0\.1s, the timeout of its trigger\./) });
  });

  it('answers 502 with the last lines of stderr when the process dies serving, and serves the next request', async () => {
    const spec = await worker.deploy(CRASH);
    const crash = await worker.send(spec, { path: '/crash' });
    expect(crash.status).toBe(502);
    const { error_code, error_msg } = JSON.parse(crash.body.toString());
    expect(error_code).toBe('FSS.4002');
    expect(error_msg).toContain('exited with code 3');
    expect(error_msg).toContain('the last words');
    expect((await worker.send(spec)).status).toBe(200);
  });

  it('starts another instance after an idle one died', async () => {
    const spec = await worker.deploy(CRASH);
    expect((await worker.send(spec, { path: '/die-later' })).status).toBe(200);
    await until(async () => (await worker.instances(spec)).length === 0, 'the instance is gone');
    expect((await worker.send(spec)).status).toBe(200);
  });

  it('tells why a function does not start, and does not try again for every request of a crash loop', async () => {
    const spec = await worker.deploy({ bootstrap: '#!/bin/bash\necho cannot find my config >&2\nexit 7\n' }, { log_stream_id: 'crash-loop' });
    for (let index = 0; index < 8; index += 1) {
      const { error_code, error_msg } = JSON.parse((await worker.send(spec)).body.toString());
      expect(error_code).toBe('FSS.4201');
      expect(error_msg).toContain('exited with code 7');
      expect(error_msg).toContain('cannot find my config');
    }
    const finished = () => worker.lines.filter(({ content, labels }) => content.includes('(invoke Failed)') && labels['instance'] === '');
    await until(() => finished().length === 8, 'the lines arrive');
    const starts = worker.lines.filter(({ content }) => content === 'cannot find my config').length;
    expect(starts).toBeGreaterThanOrEqual(3);
    expect(starts).toBeLessThanOrEqual(4);
  });

  it('answers that a function does not exist, and that a disabled one is disabled', async () => {
    const spec = await worker.deploy(ECHO, { max_instances: 0 });
    expect((await worker.send(spec)).status).toBe(403);
    const unknown = await worker.send({ ...spec, func_id: 'nowhere' });
    expect(unknown.status).toBe(404);
    expect(JSON.parse(unknown.body.toString()).error_code).toBe('FSS.4024');
  });

  it('refuses code that is not what its digest says', async () => {
    const spec = await worker.deploy(ECHO);
    const { code_digest } = await worker.registry.store({ bootstrap: '#!/bin/bash\nsleep 60\n' });
    worker.registry.packages.set(code_digest, Buffer.from('something else'));
    worker.registry.put({ ...spec, func_id: 'forged', code_digest });
    expect((await worker.send({ ...spec, func_id: 'forged' })).status).toBe(503);
  });

  it('lets an outdated revision finish what it serves and starts the new one for the next request', async () => {
    const spec = await worker.deploy(SLOW);
    const running = worker.send(spec, { path: '/500' });
    await until(async () => (await worker.instances(spec))[0] === '1:busy', 'the old revision serves');
    const newer = { ...spec, revision: 2, environment: { NAME: 'new' } };
    worker.registry.put(newer);
    await worker.announce({ $case: 'put', value: newer });
    await until(async () => (await worker.instances(spec))[0] === '1:draining', 'the old instance drains');
    const next = await worker.send(spec, { path: '/0' });
    expect(JSON.parse(next.body.toString()).name).toBe('new');
    expect((await running).status).toBe(200);
    await until(async () => (await worker.instances(spec)).join() === '2:ready', 'only the new revision is left');
  });

  it('knows a newer revision from the request that needs it, before any event', async () => {
    const spec = await worker.deploy(SLOW);
    await worker.send(spec, { path: '/0' });
    const newer = { ...spec, revision: 2, environment: { NAME: 'new' } };
    worker.registry.put(newer);
    expect(JSON.parse((await worker.send(newer, { path: '/0' })).body.toString()).name).toBe('new');
  });

  it('stops a removed function and does not know it any more', async () => {
    const spec = await worker.deploy(ECHO);
    await worker.send(spec);
    worker.registry.remove(spec.func_id);
    await worker.announce({ $case: 'removed', value: { func_id: spec.func_id, version: '', revision: 2 } });
    await until(async () => (await worker.instances(spec)).length === 0, 'the instance is gone');
    expect((await worker.send(spec)).status).toBe(404);
  });

  it('answers a control call with the response, the figures and the tail of its log', async () => {
    const spec = await worker.deploy(LOGS);
    const invoke = (path: string) =>
      worker.control.invoke({
        request_id: `call${path.replace('/', '-')}`,
        func_id: spec.func_id,
        version: 'latest',
        revision: 1,
        method: 'POST',
        target: path,
        headers: [{ name: 'content-type', value: 'text/plain' }],
        body: Buffer.from('input'),
        log_tail: true,
      });
    const first = await invoke('/one');
    expect(first.result).toMatchObject({ $case: 'response', value: { status_code: 200 } });
    expect(first.result?.$case === 'response' && Buffer.from(first.result.value.body).toString()).toBe('input');
    expect(first.summary).toMatchObject({ cold_start: true, memory_size_mb: 128 });
    expect(first.summary?.memory_used_mb).toBeGreaterThan(1);
    expect(first.log_tail).toMatch(/^Start invoke request 'call-one', version: latest\nout \/one\n[^]*Finish invoke request 'call-one', duration: /);
    expect((await invoke('/two')).summary).toMatchObject({ cold_start: false });
    const failed = await invoke('/exit');
    expect(failed.result).toMatchObject({ $case: 'failure', value: { code: 4002, reason: 'PROCESS_EXITED' } });
  });

  it('ships every line with its labels, each request\'s own lines between its start and its finish', async () => {
    const spec = await worker.deploy(LOGS, { log_group_id: 'g1', log_stream_id: 'stream-1', log_tags: { team: 'blue' }, func_name: 'talker' });
    for (const id of ['log-a', 'log-b']) await worker.send(spec, { path: `/${id}`, requestId: id });
    const own = (id: string) => worker.lines.filter(({ labels }) => labels['function'] === 'talker' && labels['request_id'] === id);
    await until(() => own('log-b').some(({ content }) => content.startsWith('Finish')), 'the lines arrive');
    for (const id of ['log-a', 'log-b']) {
      const lines = own(id);
      expect(lines.map(({ labels }) => labels['stream']).sort()).toEqual(['platform', 'platform', 'stderr', 'stdout']);
      expect(lines[0]?.content).toBe(`Start invoke request '${id}', version: latest`);
      expect(lines.map(({ content }) => content)).toEqual(expect.arrayContaining([`out /${id}`, `err /${id}`]));
      expect(lines.at(-1)?.content).toMatch(/^Finish invoke request/);
      expect(lines[1]?.labels).toMatchObject({ function: 'talker', version: 'latest', team: 'blue', instance: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    }
    const early = worker.lines.find(({ content, labels }) => content === 'starting' && labels['function'] === 'talker');
    expect(early?.labels).toMatchObject({ request_id: '', stream: 'stdout' });
  });
});

const SLOW = `
  let running = 0, most = 0, served = 0;
  require('node:http').createServer((req, res) => {
    running += 1; most = Math.max(most, running);
    setTimeout(() => {
      running -= 1; served += 1;
      res.end(JSON.stringify({ most, served, name: process.env.NAME ?? 'old' }));
    }, Number(req.url.slice(1)));
  }).listen(8000, '127.0.0.1');
`;

const CRASH = `
  require('node:http').createServer((req, res) => {
    if (req.url === '/crash') { console.error('the last words'); process.exit(3); }
    res.end('fine');
    if (req.url === '/die-later') setTimeout(() => process.exit(0), 50);
  }).listen(8000, '127.0.0.1');
`;

const LOGS = `
  console.log('starting');
  require('node:http').createServer((req, res) => {
    console.log('out ' + req.url);
    console.error('err ' + req.url);
    if (req.url === '/exit') process.exit(1);
    req.pipe(res);
  }).listen(8000, '127.0.0.1');
`;
