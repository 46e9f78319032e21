import { randomBytes } from 'node:crypto';
import { deploy, redeploy, type DeployOptions, type Deployed } from './harness/deploy.js';
import { Client, Load } from './harness/load.js';
import { processesWith } from './harness/marked-processes.js';
import { FROZEN_AFTER_MS, RESTING, steady, wasFrozen } from './harness/probe-functions.js';

const BETWEEN = 60;

// What `npm run bench -- resilience` counts in a thousand wakes and twenty of each, here in some of them, through the gateway as well.
describe('no request is lost', () => {
  const running: Deployed[] = [];

  const start = async (...args: Parameters<typeof deploy>): Promise<Deployed> => {
    const deployed = await deploy(...args);
    running.push(deployed);
    return deployed;
  };
  const options: DeployOptions = { path: '/', concurrency: 4, memoryMb: 256 };

  afterAll(() => Promise.all(running.map((deployed) => deployed.remove())));

  it('when frozen instances are woken, all at once', async () => {
    const { url } = await start(RESTING, { path: '/', concurrency: 1, memoryMb: 128 });
    const client = new Client(url);
    const all = () => Promise.all(Array.from({ length: 8 }, () => client.ask('?hold=500')));
    expect(new Set((await all()).map(({ status }) => status))).toEqual(new Set([200]));
    let frozen = 0;
    for (let round = 0; round < 5 && frozen < 4; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, FROZEN_AFTER_MS));
      const woken = await all();
      expect(woken.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(8).fill('200 hello world\n'));
      frozen = woken.filter(({ headers }) => wasFrozen(headers)).length;
    }
    expect(frozen).toBeGreaterThanOrEqual(4);
    client.close();
  });

  it('while the code is replaced, again and again, and each answer after that comes from the new code', async () => {
    const deployed = await start(steady('deploy-0'), options);
    const load = new Load(deployed.url, 8, (client, nth) => client.ask('', nth % 4 === 0 ? 'POST' : 'GET'));
    const observer = new Client(deployed.url);
    for (let nth = 1; nth <= 5; nth += 1) {
      await load.more(BETWEEN);
      await redeploy(deployed, steady(`deploy-${nth}`));
      const heard = new Set<string>();
      for (let asked = 0; asked < 200 && !heard.has(`deploy-${nth}`); asked += 1) heard.add((await observer.ask()).body);
      expect([...heard].at(-1)).toBe(`deploy-${nth}`);
    }
    await load.more(BETWEEN);
    await load.stop();
    observer.close();
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(6 * BETWEEN);
  });

  it('while processes of the function are killed, those that are just starting too', async () => {
    const mark = `killed-${randomBytes(6).toString('hex')}`;
    const { url } = await start(steady(mark), options);
    const load = new Load(url, 12);
    for (let kill = 0; kill < 8; kill += 1) {
      await load.more(BETWEEN);
      const pids = processesWith(mark);
      expect(pids.length).toBeGreaterThan(0);
      process.kill(pids[kill % pids.length] as number, 'SIGKILL');
    }
    await load.more(BETWEEN);
    await load.stop();
    expect(load.failures).toEqual([]);
  });
});
