import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deploy, eventually } from './harness/deploy.js';
import { Client, Load } from './harness/load.js';
import { newPlace, startPlatform, type Platform, type PlatformPlace } from './harness/platform.js';
import { RESTING } from './harness/probe-functions.js';
import { TokenClient } from './harness/tenant.js';

/** Every process that names the data directory or a function's sandbox below the given ones, by the whole table. */
function descendants(root: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [root];
  for (let index = 0; index < found.length; index += 1) found.push(...table.filter(([, parent]) => parent === found[index]).map(([pid]) => pid));
  return found.slice(1);
}

/** True for a process that runs; a dead one that nobody waited for yet does not. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('Windlass on one machine', () => {
  let place: PlatformPlace;
  let platform: Platform;

  beforeAll(async () => {
    place = await newPlace();
    platform = await startPlatform(place);
  });

  afterAll(async () => {
    await platform.stop();
    place.remove();
  });

  const demoAnswers = async (): Promise<void> => {
    const response = await fetch(platform.credentials.demo.url);
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status: 200, body: { message: 'Hello from Express on Windlass' } });
  };

  it('writes the credentials for its owner only, and they work', async () => {
    const file = join(platform.dataDirectory, 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Object.keys(platform.credentials)).toEqual(['api', 'gateway', 'grpc', 'region', 'admin', 'demo']);
    const account = ['domain', 'domain_id', 'user', 'password', 'access_key', 'secret_key', 'project_id'];
    expect(Object.keys(platform.credentials.admin).sort()).toEqual([...account].sort());
    expect(Object.keys(platform.credentials.demo).sort()).toEqual([...account, 'function_urn', 'url'].sort());
    await demoAnswers();
    const tenant = await TokenClient.logIn(platform.credentials.demo, platform.credentials.api);
    expect(await tenant.call('GET', '/fgs/functions')).toMatchObject({ status: 200, body: { count: 1 } });
  });

  it('shows no secret in the arguments or the environment of its processes', () => {
    const { admin, demo } = platform.credentials;
    const secrets = [admin.password, admin.secret_key, demo.password, demo.secret_key];
    for (const pid of [platform.launcher.pid as number, ...descendants(platform.launcher.pid as number)]) {
      for (const name of ['cmdline', 'environ']) {
        let text = '';
        try {
          text = readFileSync(`/proc/${pid}/${name}`, 'utf8');
        } catch {
          // It ended meanwhile.
        }
        for (const secret of secrets) expect(text.includes(secret)).toBe(false);
      }
    }
  });

  it('refuses a second start on the same data, and ports that are taken, with one clear sentence each', () => {
    const launcher = join(import.meta.dirname, '../../deploy/standalone/dist/main.js');
    const again = (environment: Record<string, string>): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, [launcher], { encoding: 'utf8', env: { ...process.env, npm_lifecycle_event: undefined, ...environment } });
    const ports = { WINDLASS_API_PORT: String(place.ports.api), WINDLASS_GATEWAY_PORT: String(place.ports.gateway), WINDLASS_GRPC_PORT: String(place.ports.grpc) };
    expect(again({ ...ports, WINDLASS_DATA_DIR: `${place.dataDirectory}-2` })).toMatchObject({ status: 1, stderr: expect.stringContaining('WINDLASS_API_PORT') });
    const free = { WINDLASS_API_PORT: '17400', WINDLASS_GATEWAY_PORT: '17480', WINDLASS_GRPC_PORT: '17450' };
    expect(again({ ...free, WINDLASS_DATA_DIR: place.dataDirectory })).toMatchObject({ status: 1, stderr: expect.stringContaining('already runs') });
  });

  it('stops everything at Ctrl-C and keeps all data for the next start', async () => {
    const before = platform.credentials;
    const processes = [platform.launcher.pid as number, ...descendants(platform.launcher.pid as number)];
    expect(await platform.stop()).toBe(0);
    expect(processes.filter(alive)).toEqual([]);
    // Who is stopped in order misses nobody: no part lost another one while it was still at work.
    const logs = ['control-plane', 'data-plane'].map((name) => readFileSync(join(platform.dataDirectory, 'logs', `${name}.log`), 'utf8'));
    expect(logs.join('').split('\n').filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
    platform = await startPlatform(place);
    expect(platform.credentials).toEqual(before);
    await demoAnswers();
  });

  it('leaves no process behind when the launcher is killed', async () => {
    await demoAnswers();
    const processes = descendants(platform.launcher.pid as number);
    expect(processes.length).toBeGreaterThan(3);
    platform.launcher.kill('SIGKILL');
    await eventually(() => Promise.resolve(processes.filter(alive)), (living) => living.length === 0);
    platform = await startPlatform(place);
    await demoAnswers();
  });

  it('has the function again after every process was killed at once', async () => {
    await demoAnswers();
    const processes = [platform.launcher.pid as number, ...descendants(platform.launcher.pid as number)];
    for (const pid of processes) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Its parent's end ended it first.
      }
    }
    await eventually(() => Promise.resolve(processes.filter(alive)), (living) => living.length === 0);
    platform = await startPlatform(place);
    await demoAnswers();
  });

  /** Of this platform, not of others on the machine. */
  const dataPlane = (): number => {
    const planes = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n').filter((line) => line.includes('data-plane.js'));
    const own = descendants(platform.launcher.pid as number);
    return planes.map((line) => Number(line.trim().split(' ')[0])).find((pid) => own.includes(pid)) as number;
  };

  it('answers all it has in hand when the data plane is told to stop under load, and serves again', async () => {
    const { api, demo } = platform.credentials;
    const deployed = await deploy(RESTING, { path: '/', concurrency: 20, memoryMb: 256, tenant: demo, api });
    const [client, load] = [new Client(deployed.url), new Load(deployed.url, 6)];
    await load.more(50);
    const inHand = Array.from({ length: 20 }, () => client.ask('?hold=1500'));
    // Those of the load came after these, on connections of their own: when some of them were answered, these are with the app.
    await load.more(30);
    process.kill(dataPlane(), 'SIGTERM');
    expect((await Promise.all(inHand)).map(({ status, body }) => `${status} ${body}`)).toEqual(Array(20).fill('200 hello world\n'));
    const after = await eventually(() => client.ask().then(({ status }) => status), (status) => status === 200);
    expect(after).toBe(200);
    await load.stop();
    client.close();
  });

  it('starts a plane again that died', async () => {
    process.kill(dataPlane(), 'SIGKILL');
    const answer = await eventually(() => fetch(platform.credentials.demo.url).then(({ status }) => status, () => 0), (status) => status === 200);
    expect(answer).toBe(200);
  });
});
