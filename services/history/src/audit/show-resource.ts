import { Injectable } from '@nestjs/common';
import type { ShowResourceDiffRequest, ShowResourceDiffResponse, ShowResourceHistoryRequest, ShowResourceHistoryResponse } from '@windlass/contracts/history/v1/audit_service';
import type { CallContext } from '@windlass/principal';
import { refusal } from '../refusal.js';
import { EventSources, type NamedSource } from '../source/event-sources.js';

/** Any resource of the caller's account as it was, and how it differs between two moments: told by whoever keeps it. */
@Injectable()
export class PastResources {
  constructor(private readonly sources: EventSources) {}

  /** CTS.0404 when there was no such resource then. */
  async show(caller: CallContext, request: ShowResourceHistoryRequest): Promise<ShowResourceHistoryResponse> {
    const { resource_type, resource_id } = request;
    const settings = this.sources.onBehalf(caller);
    const { resource, name, at } = await this.ask(request, (service) => service.showResourceAt(request, settings));
    if (resource === undefined) throw missing(request, `at ${at}`);
    return { resource_type, resource_id, name, at, resource };
  }

  /** CTS.0404 when there was no such resource at either moment. */
  async diff(caller: CallContext, request: ShowResourceDiffRequest): Promise<ShowResourceDiffResponse> {
    const { resource_type, resource_id } = request;
    const settings = this.sources.onBehalf(caller);
    const { known_type: _, ...diff } = await this.ask(request, (service) => service.diffResource(request, settings));
    if (!diff.existed_from && !diff.existed_to) throw missing(request, `at ${diff.from} nor at ${diff.to}`);
    return { resource_type, resource_id, ...diff };
  }

  /** The answer of the service that keeps resources of that type. */
  private async ask<A extends { readonly known_type: boolean }>(
    { resource_type: type, resource_id: id }: Named,
    question: (service: NamedSource['service']) => Promise<A>,
  ): Promise<A> {
    if (type === '' || id === '') throw refusal('invalid', 'CTS.0400', 'RESOURCE_MISSING', 'resource_type and resource_id must say which resource is meant.');
    for (const { service } of this.sources.all) {
      const answer = await question(service);
      if (answer.known_type) return answer;
    }
    throw refusal('invalid', 'CTS.0400', 'RESOURCE_TYPE_UNKNOWN', `There is no type of resource "${type.slice(0, 64)}". The audit trail shows the types there are.`);
  }
}

interface Named {
  readonly resource_type: string;
  readonly resource_id: string;
}

function missing({ resource_type: type, resource_id: id }: Named, when: string): Error {
  return refusal('not_found', 'CTS.0404', 'RESOURCE_NOT_FOUND', `There was no ${type} "${id.slice(0, 256)}" ${when}.`);
}
