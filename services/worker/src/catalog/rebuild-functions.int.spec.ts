import { FunctionEvent } from '@windlass/contracts/registry/v1/registry_events';
import { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus, type BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import type { DataSource } from 'typeorm';
import { KnownFunctions, openDatabase, rebuildFunctions } from './index.js';

const message = (key: string, change: FunctionEvent['change'], id: string): BusMessage => ({ topic: 'registry.functions', key, id, payload: FunctionEvent.encode({ change }).finish() });
const put = (func_id: string, version: string, revision: number, reserved_instances = 0): FunctionEvent['change'] => ({
  $case: 'put',
  value: FunctionSpec.fromPartial({ func_id, version, revision, reserved_instances, domain_id: `of ${func_id}` }),
});

describe('what a worker keeps of functions', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let bus: PostgresEventBus;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    const url = postgres.connectionString(postgres.database);
    dataSource = await openDatabase(url);
    bus = await PostgresEventBus.open({ connectionString: url, logger: createLogger('spec', { level: 'silent' }) });
  });
  afterAll(async () => {
    await bus?.close();
    await dataSource?.destroy();
    await postgres?.stop();
  });

  it('is the same, byte for byte, when it is made anew from all that was published', async () => {
    const rows = async () => (await dataSource.query<{ text: string }[]>('SELECT kept::text AS text FROM worker.functions AS kept ORDER BY kept::text')).map(({ text }) => text);
    const changes: [string, FunctionEvent['change']][] = [
      ['a', put('a', 'latest', 1)],
      ['a', put('a', 'v1', 2)],
      ['b', put('b', 'latest', 1, 2)],
      ['a', put('a', 'latest', 3)],
      ['a', { $case: 'removed', value: { func_id: 'a', version: 'v1', revision: 4 } }],
    ];
    await bus.publish(changes.map(([key, change], index) => message(key, change, `m${index}`)));
    const rebuild = () => rebuildFunctions({ bus, workerId: 'w', kept: new KnownFunctions(dataSource) });
    await rebuild();
    const live = await rows();
    expect(live).toEqual(['(a,latest,3,f,"of a",0)', '(a,v1,4,t,"",0)', '(b,latest,1,f,"of b",2)']);
    await dataSource.query(`UPDATE worker.functions SET removed = true`);
    await dataSource.query(`INSERT INTO worker.functions (func_id, version, revision, removed, domain_id) VALUES ('x', 'latest', 9, false, 'nobody')`);
    await rebuild();
    expect(await rows()).toEqual(live);
  });
});
