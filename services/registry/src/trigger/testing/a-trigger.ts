import type { TriggerRecord } from '../trigger.state.js';

export function aTrigger(change: Partial<TriggerRecord> = {}): TriggerRecord {
  return {
    triggerId: 't1',
    apiId: 'a1',
    type: 'APIG',
    funcId: 'f1',
    funcUrn: 'urn:fss:local-1:p1:function:default:hello:latest',
    domainId: 'd1',
    projectId: 'p1',
    route: { groupId: 'g1', path: '/hello', matchMode: 'SWA', method: 'ANY', auth: 'IAM', timeoutMs: 0 },
    eventData: { name: 'hello' },
    status: 'ACTIVE',
    createdAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}
