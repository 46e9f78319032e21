import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireDescription } from '../description-rule.js';
import { requireTitle } from '../name-rule.js';
import { notFound } from '../not-found.js';
import type { DurationHours } from './agency-duration.js';
import type { Trust } from './trust.js';

/** What an account lends of its permissions, to another account or to a cloud service. */
export type Agency =
  | { readonly status: 'absent' }
  | { readonly status: 'present'; readonly agencyId: string; readonly terms: AgencyTerms }
  | { readonly status: 'deleted'; readonly agencyId: string };

export interface AgencyTerms {
  readonly description: string;
  readonly trust: Trust;
  readonly duration: DurationHours;
}

export interface CreateAgency {
  readonly type: 'CreateAgency';
  readonly agencyId: string;
  readonly domainId: string;
  readonly name: string;
  readonly terms: AgencyTerms;
}

/** What is absent stays as it is. A duration given begins anew. */
export interface ChangeAgency {
  readonly type: 'ChangeAgency';
  readonly description?: string | undefined;
  readonly trust?: Trust | undefined;
  readonly duration?: { readonly hours: DurationHours } | undefined;
}

export type AgencyCommand = CreateAgency | ChangeAgency | { readonly type: 'DeleteAgency' };

/** Hours are null in events, because JSON knows no absent number. */
interface TermsData {
  readonly description: string;
  readonly trust: Trust;
  readonly durationHours: number | null;
}

export interface AgencyCreated {
  readonly type: 'AgencyCreated';
  readonly data: { readonly agencyId: string; readonly domainId: string; readonly name: string } & TermsData;
}
export interface AgencyChanged {
  readonly type: 'AgencyChanged';
  readonly data: { readonly agencyId: string; readonly durationBegins: boolean } & TermsData;
}
export interface AgencyDeleted {
  readonly type: 'AgencyDeleted';
  readonly data: { readonly agencyId: string };
}

export type AgencyEvent = AgencyCreated | AgencyChanged | AgencyDeleted;

export const agency: Decider<Agency, AgencyCommand, AgencyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.type) {
      case 'CreateAgency': {
        const { agencyId, domainId, name, terms } = command;
        if (state.status !== 'absent') throw agencyNameTaken(name);
        requireTitle('agency', name);
        requireDescription(terms.description);
        return [{ type: 'AgencyCreated', data: { agencyId, domainId, name, ...dataOf(terms) } }];
      }
      case 'ChangeAgency': {
        const { agencyId, terms } = present(state);
        const { description = terms.description, trust = terms.trust, duration } = command;
        requireDescription(description);
        const changed = { description, trust, duration: duration === undefined ? terms.duration : duration.hours };
        return [{ type: 'AgencyChanged', data: { agencyId, durationBegins: duration !== undefined, ...dataOf(changed) } }];
      }
      case 'DeleteAgency':
        return [{ type: 'AgencyDeleted', data: { agencyId: present(state).agencyId } }];
      default:
        return command satisfies never;
    }
  },

  evolve(_state, event) {
    const { agencyId } = event.data;
    switch (event.type) {
      case 'AgencyCreated':
      case 'AgencyChanged':
        return { status: 'present', agencyId, terms: termsOf(event.data) };
      case 'AgencyDeleted':
        return { status: 'deleted', agencyId };
      default:
        return unknownEvent(event);
    }
  },
};

function present(state: Agency): Agency & { readonly status: 'present' } {
  if (state.status === 'present') return state;
  throw notFound('agency', state.status === 'deleted' ? state.agencyId : '');
}

function dataOf({ description, trust, duration }: AgencyTerms): TermsData {
  return { description, trust, durationHours: duration ?? null };
}

function termsOf({ description, trust, durationHours }: TermsData): AgencyTerms {
  return { description, trust, duration: durationHours ?? undefined };
}

export function agencyNameTaken(name: string): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'AGENCY_EXISTS',
    code: 'IAM.0005',
    message: `An agency named "${name}" exists. Names must differ in more than case.`,
  });
}

const STREAM = 'agency-';

export function agencyStream(agencyId: string): string {
  return `${STREAM}${agencyId}`;
}
