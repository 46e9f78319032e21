import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { AccountRow } from '../account/index.js';
import { nameKey } from '../name-rule.js';
import type { AgencyEvent } from './agency.decider.js';
import type { Trust } from './trust.js';

/** Read model of agencies; the index on account and `name_key` decides between two who create the same name at once. */
@Entity({ name: 'agencies' })
export class AgencyRow {
  @PrimaryColumn({ name: 'agency_id', type: 'text' })
  agencyId: string;

  /** The account that lends its permissions. */
  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @ManyToOne(() => AccountRow)
  @JoinColumn({ name: 'domain_id' })
  account: Relation<AccountRow>;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'name_key', type: 'text' })
  nameKey: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'trust_kind', type: 'text' })
  trustKind: Trust['kind'];

  @Column({ name: 'trust_domain_id', type: 'text' })
  trustDomainId: string;

  @Column({ name: 'trust_domain_name', type: 'text' })
  trustDomainName: string;

  /** Null when the agency holds for ever. */
  @Column({ name: 'duration_hours', type: 'integer', nullable: true })
  durationHours: number | null;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const AGENCY_NAME_UNIQUE = 'agencies_name_key_unique';

export function trustOf({ trustKind: kind, trustDomainId: domainId, trustDomainName: name }: AgencyRow): Trust {
  return { kind, domainId, name };
}

export const projectAgency: RowProjection<AgencyEvent> = async (rows, events) => {
  for (const event of events) {
    const { agencyId } = event.data;
    switch (event.type) {
      case 'AgencyCreated': {
        const { domainId, name, durationHours } = event.data;
        const expiresAt = end(event.recordedAt, durationHours);
        const own = { agencyId, domainId, name, nameKey: nameKey(name), createdAt: event.recordedAt };
        await rows.insert(AgencyRow, { ...own, ...termsColumns(event.data), durationHours, expiresAt });
        break;
      }
      case 'AgencyChanged': {
        const { durationHours, durationBegins } = event.data;
        const lasting = durationBegins ? { durationHours, expiresAt: end(event.recordedAt, durationHours) } : {};
        await rows.update(AgencyRow, agencyId, { ...termsColumns(event.data), ...lasting });
        break;
      }
      case 'AgencyDeleted':
        await rows.delete(AgencyRow, agencyId);
        break;
      default:
        event satisfies never;
    }
  }
};

function termsColumns({ description, trust }: { readonly description: string; readonly trust: Trust }) {
  return { description, trustKind: trust.kind, trustDomainId: trust.domainId, trustDomainName: trust.name };
}

const HOUR_MS = 60 * 60_000;

function end(begin: Date, hours: number | null): Date | null {
  return hours === null ? null : new Date(begin.getTime() + hours * HOUR_MS);
}
