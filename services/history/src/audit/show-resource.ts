import { Injectable } from '@nestjs/common';
import type { ShowResourceDiffRequest, ShowResourceDiffResponse, ShowResourceHistoryRequest, ShowResourceHistoryResponse } from '@windlass/contracts/history/v1/audit_service';
import type { ShowResourceAtResponse } from '@windlass/contracts/history/v1/event_source_service';
import type { CallContext } from '@windlass/principal';
import { asJson, fieldChanges } from '@windlass/resource-history';
import { refusal } from '../refusal.js';
import { EventSources } from '../source/event-sources.js';

/** Any resource of the caller's account as it was, and how it differs between two moments. */
@Injectable()
export class PastResources {
  constructor(private readonly sources: EventSources) {}

  /** CTS.0404 when there was no such resource then. */
  async show(caller: CallContext, { resource_type: type, resource_id: id, as_of: asOf }: ShowResourceHistoryRequest): Promise<ShowResourceHistoryResponse> {
    const { resource, name, at } = await this.at(caller, type, id, asOf);
    if (resource === undefined) throw missing(type, id, `at ${at}`);
    return { resource_type: type, resource_id: id, name, at, resource };
  }

  /** CTS.0404 when there was no such resource at either moment. */
  async diff(caller: CallContext, { resource_type: type, resource_id: id, from, to }: ShowResourceDiffRequest): Promise<ShowResourceDiffResponse> {
    const before = await this.at(caller, type, id, from);
    const after = await this.at(caller, type, id, to || new Date().toISOString());
    if (before.resource === undefined && after.resource === undefined) throw missing(type, id, `at ${before.at} nor at ${after.at}`);
    const changes = fieldChanges(asJson(before.resource ?? {}), asJson(after.resource ?? {}));
    return {
      resource_type: type,
      resource_id: id,
      from: before.at,
      to: after.at,
      existed_from: before.resource !== undefined,
      existed_to: after.resource !== undefined,
      changes: changes.map(({ field, old, new: now }) => ({ field, old, new: now })),
    };
  }

  private async at(caller: CallContext, type: string, id: string, asOf: string): Promise<ShowResourceAtResponse> {
    if (type === '' || id === '') throw refusal('invalid', 'CTS.0400', 'RESOURCE_MISSING', 'resource_type and resource_id must say which resource is meant.');
    const settings = this.sources.onBehalf(caller);
    for (const { service } of this.sources.all) {
      const found = await service.showResourceAt({ resource_type: type, resource_id: id, as_of: asOf }, settings);
      if (found.known_type) return found;
    }
    throw refusal('invalid', 'CTS.0400', 'RESOURCE_TYPE_UNKNOWN', `There is no type of resource "${type.slice(0, 64)}". The audit trail shows the types there are.`);
  }
}

function missing(type: string, id: string, when: string): Error {
  return refusal('not_found', 'CTS.0404', 'RESOURCE_NOT_FOUND', `There was no ${type} "${id.slice(0, 256)}" ${when}.`);
}
