import { given } from '@windlass/event-store/testing';
import { agency, type AgencyEvent, type CreateAgency } from './agency.decider.js';
import type { Trust } from './trust.js';

const trust: Trust = { kind: 'account', domainId: 'd2', name: 'other' };
const create: CreateAgency = { type: 'CreateAgency', agencyId: 'a1', domainId: 'd1', name: 'ops', terms: { description: '', trust, duration: 24 } };
const created: AgencyEvent = { type: 'AgencyCreated', data: { agencyId: 'a1', domainId: 'd1', name: 'ops', description: '', trust, durationHours: 24 } };
const deleted: AgencyEvent = { type: 'AgencyDeleted', data: { agencyId: 'a1' } };

describe('an agency', () => {
  it('is created once', () => {
    given(agency).events([]).when(create).thenEvents([created]);
    given(agency).events([created]).when(create).thenFails('AGENCY_EXISTS');
  });

  it('is refused with a name or description that cannot be', () => {
    given(agency).events([]).when({ ...create, name: 'ops\n' }).thenFails('NAME_INVALID');
    given(agency).events([]).when({ ...create, terms: { ...create.terms, description: 'x'.repeat(256) } }).thenFails('DESCRIPTION_INVALID');
  });

  it('keeps its duration running unless another one begins', () => {
    const described: AgencyEvent = { type: 'AgencyChanged', data: { agencyId: 'a1', durationBegins: false, description: 'all', trust, durationHours: 24 } };
    given(agency).events([created]).when({ type: 'ChangeAgency', description: 'all' }).thenEvents([described]);
    const forever: AgencyEvent = { type: 'AgencyChanged', data: { agencyId: 'a1', durationBegins: true, description: '', trust, durationHours: null } };
    given(agency).events([created]).when({ type: 'ChangeAgency', duration: { hours: undefined } }).thenEvents([forever]);
  });

  it('is deleted once and takes no command then', () => {
    given(agency).events([created]).when({ type: 'DeleteAgency' }).thenEvents([deleted]);
    given(agency).events([created, deleted]).when({ type: 'DeleteAgency' }).thenFails('AGENCY_UNKNOWN');
    given(agency).events([created, deleted]).when({ type: 'ChangeAgency' }).thenFails('AGENCY_UNKNOWN');
  });
});
