import { AuditEvent, ListAuditEventsRequest } from '@windlass/contracts/history/v1/audit_service';
import type { ListSourceEventsRequest } from '@windlass/contracts/history/v1/event_source_service';
import type { CallContext } from '@windlass/principal';
import { SOURCE_NAMES, type EventSources } from '../source/event-sources.js';
import { fingerprint, writeCursor } from './audit-cursor.js';
import { AuditTrail } from './list-audit-events.js';

describe('the audit trail narrowed by an address', () => {
  let asked: Pick<ListSourceEventsRequest, 'after' | 'source_ip'>[];
  let trail: AuditTrail;

  beforeEach(() => {
    asked = [];
    // Each service has one event, which it tells to whoever has not heard it.
    const all = SOURCE_NAMES.map((name) => ({
      name,
      service: {
        listSourceEvents: async ({ after, source_ip }: ListSourceEventsRequest) => {
          asked.push({ after, source_ip });
          return { events: after === '' ? [AuditEvent.fromPartial({ id: name, time: '2026-11-22T09:00:00.000Z', position: `${name}:7.1` })] : [] };
        },
      },
    }));
    trail = new AuditTrail({ all, onBehalf: () => ({}) } as unknown as EventSources);
  });

  const list = (fields: Partial<ListAuditEventsRequest>) => trail.list({} as CallContext, ListAuditEventsRequest.fromPartial({ order: 'oldest', ...fields }));

  it('asks every service for it in one notation', async () => {
    await list({ source_ip: '2001:DB8:0::1' });
    expect(asked.map(({ source_ip }) => source_ip)).toEqual(SOURCE_NAMES.map(() => '2001:db8::1'));
  });

  it('goes on with its own cursor, in any notation of the address, and with that of no other address', async () => {
    const { next_cursor: cursor } = await list({ source_ip: '2001:DB8:0::1' });
    expect((await list({ source_ip: '2001:db8::1', cursor })).events).toEqual([]);
    for (const source_ip of ['2001:db8::2', '']) await expect(list({ source_ip, cursor })).rejects.toMatchObject({ kind: 'invalid', reason: 'CURSOR_OF_OTHER_LIST' });
  });

  it('leaves cursors that were made before it could be narrowed so as they are', async () => {
    const cursor = writeCursor({ iam: 'iam:7.1', kms: 'kms:7.1', logs: 'logs:7.1', registry: 'registry:7.1' }, fingerprint(['oldest', '', '', '', '', '', '', '']));
    expect((await list({ cursor })).events).toEqual([]);
    await expect(list({ source_ip: '192.0.2.1', cursor })).rejects.toMatchObject({ reason: 'CURSOR_OF_OTHER_LIST' });
  });

  it('refuses what is no address, and asks nobody', async () => {
    await expect(list({ source_ip: 'localhost' })).rejects.toMatchObject({ kind: 'invalid', code: 'CTS.0400', reason: 'SOURCE_IP_INVALID', message: expect.stringContaining('source_ip') });
    expect(asked).toEqual([]);
  });
});
