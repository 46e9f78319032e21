import { EventOperationServiceClient } from '@windlass/contracts/iam/v1/event_operation_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { PostgresEventBus } from '@windlass/event-bus';
import type { Remote } from '@windlass/grpc';
import { createLogger } from '@windlass/telemetry';
import { RunningIam } from '../testing/running-iam.js';

const TOPIC = 'things';
const name = { group: 'somebody', topic: TOPIC, key: 'sick' };

describe('events, as operators see and mend them', () => {
  let iam: RunningIam;
  let operations: Remote<EventOperationServiceClient>;
  let operator: Principal;
  // Another service, which cannot handle one of its messages.
  let bus: PostgresEventBus;
  const heard: string[] = [];
  const indigestible = new Set(['m1', 'm2']);

  beforeAll(async () => {
    iam = await RunningIam.start();
    operations = iam.client(EventOperationServiceClient);
    const { domain_id, user_id } = await iam.createAccount('windlass', { is_operator: true });
    operator = Principal.fromPartial({ domain_id, user_id, roles: ['te_admin', 'op_admin'] });
    bus = await PostgresEventBus.open({ connectionString: iam.databaseUrl, logger: createLogger('spec', { level: 'silent' }), retry: { firstMilliseconds: 1, capMilliseconds: 600_000, triesOnTheSpot: 1 } });
    await bus.consume({
      group: name.group,
      topics: [TOPIC],
      onMessages: async (messages) => {
        for (const { id } of messages) if (indigestible.has(id)) throw new Error(`${id} is indigestible`);
        heard.push(...messages.map(({ id }) => id));
      },
    });
    await bus.publish(['m1', 'm2', 'm3'].map((id) => ({ topic: TOPIC, key: name.key, id, payload: Buffer.from(id) })));
    await eventually(async () => expect((await show()).stopped_keys).toMatchObject([{ ...name, message_id: 'm1', error: 'Error: m1 is indigestible', waiting: 3 }]));
  });
  afterAll(async () => {
    await bus?.close();
    await iam?.stop();
  });

  const as = () => iam.as(operator);
  const show = () => operations.showEventStatus({}, as());
  const message = (message_id: string) => ({ ...name, message_id });

  it('are nobody else’s business', async () => {
    const tenant = iam.as(Principal.fromPartial({ domain_id: 'd', user_id: 'u', roles: ['te_admin'] }));
    for (const call of [operations.showEventStatus({}, tenant), operations.showEventMetrics({}, tenant), operations.retryStoppedKey(message(''), tenant), operations.giveUpMessage(message('m1'), tenant)]) {
      await expect(call).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });

  it('tell how far each group is, in words and for Prometheus', async () => {
    await expect(show()).resolves.toMatchObject({ bus: 'postgres', groups: expect.arrayContaining([{ group: name.group, topic: TOPIC, behind: 0 }]) });
    expect((await operations.showEventMetrics({}, as())).text).toContain(`windlass_event_stopped_messages{group="${name.group}",topic="${TOPIC}"} 3\n`);
  });

  it('tell how far each service is with publishing its own, this one among them', async () => {
    await bus.reportRelay({ service: 'somebody', waiting: 2, oldestAt: new Date('2026-01-01T00:00:00Z') });
    await eventually(async () =>
      expect((await show()).relays).toMatchObject([
        { service: 'iam', waiting: 0, oldest_at: '' },
        { service: 'somebody', waiting: 2, oldest_at: '2026-01-01T00:00:00.000Z', reported_at: expect.stringMatching(/^\d{4}-.+Z$/) },
      ]),
    );
    expect((await operations.showEventMetrics({}, as())).text).toContain('windlass_event_relay_waiting_events{service="somebody"} 2\n');
  });

  it('are tried again when asked, given up when named, and the key then goes on in order', async () => {
    await expect(operations.giveUpMessage(message('m2'), as())).rejects.toMatchObject({ kind: 'not_found', code: 'IAM.0004' });
    await expect(operations.retryStoppedKey({ ...message(''), key: 'well' }, as())).rejects.toMatchObject({ kind: 'not_found', code: 'IAM.0004' });
    await expect(operations.giveUpMessage(message(''), as())).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.0007' });
    await operations.giveUpMessage(message('m1'), as());
    await eventually(async () => expect((await show()).stopped_keys).toMatchObject([{ message_id: 'm2', error: 'Error: m2 is indigestible', waiting: 2 }]));
    expect(heard).toEqual([]);
    indigestible.clear();
    await operations.retryStoppedKey(message(''), as());
    await eventually(async () => expect((await show()).stopped_keys).toEqual([]));
    expect(heard).toEqual(['m2', 'm3']);
  });
});

async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
