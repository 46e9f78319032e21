import { perform } from './every-operation/furnished-tenant.js';
import { call, hangUp, type Credential } from './every-operation/public-calls.js';
import { operationNamed } from './every-operation/public-operations.js';
import { eventually } from './harness/deploy.js';
import { credentials } from './harness/tenant.js';

const PUBLISHERS = ['iam', 'kms', 'registry'];

describe('the state of the events between services', () => {
  const { admin } = credentials();
  const operator: Credential = { kind: 'signature', accessKey: admin.access_key, secretKey: admin.secret_key, projectId: admin.project_id };
  afterAll(hangUp);

  it('tells the operator how far each service is that publishes, in words and for Prometheus', async () => {
    // A service is ready before its first report has come.
    const { relays } = await eventually(() => perform('ShowEventStatus', {}, operator), ({ relays: told }) => Array.isArray(told) && told.length >= PUBLISHERS.length);
    // How many wait depends on what other specs do meanwhile.
    expect(relays).toMatchObject(PUBLISHERS.map((service) => ({ service, waiting: expect.any(Number), reported_at: expect.stringMatching(/^\d{4}-.+Z$/) })));
    const { text } = await call('REST', operationNamed('ShowEventMetrics'), {}, operator);
    for (const service of PUBLISHERS) expect(text).toMatch(new RegExp(`^windlass_event_relay_waiting_events\\{service="${service}"\\} \\d+$`, 'm'));
  });
});
