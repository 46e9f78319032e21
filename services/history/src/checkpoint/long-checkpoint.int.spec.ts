import { runHistory, type LogRead, type RunningHistory } from '../testing/running-history.js';

const happened = (number: number) => ({ type: 'Happened', data: { number } });

/** A call waits as long as the test does. */
const PATIENT = { deadlineMs: 60_000 };

describe('a checkpoint that takes longer than its caller waits', () => {
  let history: RunningHistory;
  let service: Awaited<ReturnType<RunningHistory['start']>>;
  /** How often somebody began to wait. */
  let asked: number;
  let patienceEnds: PromiseWithResolvers<void>;
  let letGo: () => Promise<void>;

  beforeAll(async () => {
    history = await runHistory();
    service = await history.start({
      waitForCaller: () => {
        asked++;
        return patienceEnds.promise;
      },
    });
  });
  afterAll(() => history?.close());
  beforeEach(() => {
    asked = 0;
    patienceEnds = Promise.withResolvers();
    letGo = async () => undefined;
  });
  afterEach(() => letGo());

  type Tenant = ReturnType<RunningHistory['tenant']>;

  const ask = (tenant: Tenant) => service.client.createCheckpoint({}, { ...tenant.as(), ...PATIENT });
  const readsOf = (tenant: Tenant): LogRead[] => history.reads.filter(({ accountId }) => accountId === tenant.id);
  const beginnings = (tenant: Tenant): number => readsOf(tenant).filter((read) => read.service === 'registry' && read.after === '').length;

  /** Whoever reads the registry's events waits, until they are let go. */
  const holdRegistry = async (): Promise<void> => {
    const runner = history.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('LOCK TABLE registry.events IN ACCESS EXCLUSIVE MODE');
    letGo = async () => {
      letGo = async () => undefined;
      await runner.rollbackTransaction();
      await runner.release();
    };
  };

  const until = async (what: string, reached: () => boolean): Promise<void> => {
    for (let turn = 0; !reached(); turn++) {
      if (turn === 1_200) throw new Error(`Waited in vain until ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };

  it('tells how far it is and goes on; who asks again joins it', async () => {
    const tenant = history.tenant();
    await tenant.append('iam', 'account', happened(1), happened(2));
    await tenant.append('registry', 'thing', happened(1));
    await tenant.checkpoint();
    await tenant.append('iam', 'account', happened(3));
    const before = beginnings(tenant);
    await holdRegistry();

    const first = ask(tenant).catch((error: unknown) => error);
    await until('the check comes to the registry', () => beginnings(tenant) === before + 1);
    patienceEnds.resolve();
    expect(await first).toMatchObject({
      kind: 'unavailable',
      code: 'CTS.0503',
      reason: 'CHECKPOINT_UNDER_WAY',
      retryAfterSeconds: 5,
      message: expect.stringMatching(/goes on without you\. So far 2 of the 3 events .* are checked, and 0 new ones are sealed\. .*GET \/windlass\/v1\/history\/checkpoints/),
    });
    expect((await tenant.checkpoints()).checkpoints).toMatchObject([{ number: 1 }]);

    patienceEnds = Promise.withResolvers();
    const again = [ask(tenant), ask(tenant)];
    await until('both wait', () => asked === 3);
    await letGo();
    const [made, same] = await Promise.all(again);
    expect(made).toMatchObject({ created: true, checkpoint: { number: 2 } });
    expect(same).toEqual(made);
    expect(beginnings(tenant)).toBe(before + 1);
    expect((await tenant.checkpoints()).checkpoints).toEqual([made?.checkpoint, expect.objectContaining({ number: 1 })]);
    expect(await tenant.verify()).toMatchObject({ intact: true, events: 4 });
  });

  it('is there when nobody waits for it any more', async () => {
    const tenant = history.tenant();
    await tenant.append('registry', 'thing', happened(1));
    await holdRegistry();
    const only = ask(tenant).catch((error: unknown) => error);
    await until('the registry is read', () => beginnings(tenant) === 1);
    patienceEnds.resolve();
    expect(await only).toMatchObject({ reason: 'CHECKPOINT_UNDER_WAY' });
    await letGo();
    for (let turn = 0; (await tenant.checkpoints()).checkpoints.length === 0; turn++) {
      if (turn === 1_200) throw new Error('The checkpoint was not made.');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await tenant.verify()).toMatchObject({ intact: true, checkpoints: 1, events: 1 });
  });

  it('covers for who joins it what happened since it began, without reading all of it again', async () => {
    const tenant = history.tenant();
    await tenant.append('iam', 'account', happened(1));
    await tenant.append('registry', 'thing', happened(1));
    await holdRegistry();
    const first = ask(tenant);
    await until('iam has been passed', () => beginnings(tenant) === 1);
    await tenant.append('iam', 'account', happened(2));
    const joined = ask(tenant);
    await until('both wait', () => asked === 2);
    await letGo();
    const iamEvents = async (call: typeof first) => (await call).checkpoint?.services.find((part) => part.service === 'iam')?.events;
    expect(await iamEvents(first)).toBe(1);
    expect(await iamEvents(joined)).toBe(2);
    expect(beginnings(tenant)).toBe(1);
    expect(await tenant.verify()).toMatchObject({ intact: true, checkpoints: 2, events: 3 });
  });
});
