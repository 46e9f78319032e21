import { createInstanceHost, startInstance, type Instance, type InstanceHost, type InstanceSpec, type OutputLine } from './index.js';
import { describeInClasses, get, nodeServer, Packages, silent } from './testing/instances.js';

await describeInClasses('the beginning and the end of an instance', ({ isolation, runsc }) => {
  const packages = new Packages(isolation);
  let host: InstanceHost;
  const running: Instance[] = [];
  const lines: OutputLine[] = [];

  beforeAll(async () => {
    await packages.open();
    host = await createInstanceHost({ logger: silent, runsc });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((instance) => instance.stop(0)));
    lines.splice(0);
  });
  afterAll(async () => {
    await host?.close();
    await packages.close();
  });

  const start = async (answer: string, overrides: Partial<InstanceSpec>): Promise<Instance> => {
    const spec = await packages.spec(nodeServer(answer, 'const calls = [];'), overrides);
    const instance = await startInstance(spec, host, { onOutput: (line) => void lines.push(line) });
    running.push(instance);
    return instance;
  };
  // What the app writes down of each call, and answers with.
  const NOTES = `let body = ''; for await (const part of request) body += part; calls.push([request.method, request.url, request.headers['content-type'], body].join(' '));`;

  it('calls the initializer once, before the first request', async () => {
    const instance = await start(`${NOTES} return calls.join(', ');`, { initializerPath: '/warm?all=1' });
    expect(await get(instance, '/first')).toBe('POST /warm?all=1 application/json {}, GET /first  ');
  });

  it('does not begin when the initializer answers with a failure or ends, and says so', async () => {
    const refused = start(`${NOTES} throw new Error('no database');`, { initializerPath: '/init' });
    await expect(refused).rejects.toMatchObject({ reason: 'INITIALIZER_FAILED', code: 4009, message: expect.stringContaining('POST /init was answered with status 500') });
    const ended = start(`process.exit(3);`, { initializerPath: '/init' });
    await expect(ended).rejects.toMatchObject({ reason: 'INITIALIZER_FAILED', code: 4009, message: expect.stringContaining('exited with code 3') });
  });

  it('tells the app of its end and lets it finish, before it is asked to end', async () => {
    const instance = await start(`${NOTES} if (request.url === '/bye') { console.log('saying goodbye'); process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); }); } return 'ok';`, { preStop: { path: '/bye', timeoutMs: 60_000 } });
    await instance.stop(60_000);
    expect(lines.map(({ text }) => text)).toEqual(['saying goodbye', 'asked to end']);
  });

  it('ends without an answer to the pre-stop when its time is over, when it fails, and when nothing is to be waited for', async () => {
    const endless = await start(`await new Promise(() => undefined);`, { preStop: { path: '/bye', timeoutMs: 60_000 } });
    await endless.stop(1, 100);
    expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('The pre-stop POST /bye had not answered after 100 ms')]);
    lines.splice(0);
    const failing = await start(`throw new Error('no');`, { preStop: { path: '/bye', timeoutMs: 60_000 } });
    await failing.stop(1);
    expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('answered with status 500')]);
    const killed = await start(`await new Promise(() => undefined);`, { preStop: { path: '/bye', timeoutMs: 3_600_000 } });
    await killed.stop(0);
    expect(await killed.exited).toEqual({ kind: 'STOPPED' });
  });
});
