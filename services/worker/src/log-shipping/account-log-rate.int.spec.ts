import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { describeWithSandbox } from '../instance/testing/instances.js';
import { RunningWorker, until } from '../testing/running-worker.js';

const TALKER = `
  let number = 0;
  require('node:http').createServer((req, res) => {
    for (let line = 0; line < 50; line += 1) console.log('said ' + process.env.NAME + ' ' + (number += 1));
    res.end(String(number));
  }).listen(8000, '127.0.0.1');
`;

describeWithSandbox('what an account logs beyond its quota', () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await RunningWorker.start();
  });
  afterAll(() => worker?.close());

  const setQuotas = (domain_id: string, quotas: Record<string, number>, revision: number) =>
    worker.bus.publish([{ topic: 'iam.accounts', key: domain_id, id: crypto.randomUUID(), payload: AccountEvent.encode(AccountEvent.fromPartial({ domain_id, status: 'active', quotas, revision })).finish() }]);
  const spooled = () => readdirSync(join(worker.dataDirectory, 'log-spool'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lines'));
  const said = (name: string) => worker.lines.map(({ content }) => content).filter((content) => content.startsWith(`said ${name} `));

  it('waits on disk, over a restart of the worker, delays nobody else, and arrives once when it may', async () => {
    const loud = await worker.deploy(TALKER, { domain_id: 'loud', log_stream_id: 'loud', environment: { NAME: 'loud' }, max_instances: 1 });
    const calm = await worker.deploy(TALKER, { domain_id: 'calm', log_stream_id: 'calm', environment: { NAME: 'calm' }, max_instances: 1 });
    await setQuotas('loud', { lts_line_rate: 1 }, 1);
    const talk = async (spec: typeof loud) => Number((await worker.send(spec)).body.toString());
    let lines = 0;
    await until(async () => {
      lines = await talk(loud);
      // More than the worker sends at once when it has started again.
      return spooled().length > 0 && lines - said('loud').length > 1_000;
    }, 'lines wait on disk');
    const others = await talk(calm);
    await until(() => said('calm').length === others, 'the lines of the other account arrive');
    expect(said('loud').length).toBeLessThan(lines);
    await worker.restart();
    expect(spooled().length).toBeGreaterThan(0);
    await setQuotas('loud', {}, 2);
    await until(() => said('loud').length >= lines && spooled().length === 0, 'all lines arrive');
    expect(said('loud')).toEqual(Array.from({ length: lines }, (_, index) => `said loud ${index + 1}`));
  });
});
