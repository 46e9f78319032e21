import { Metadata } from '@grpc/grpc-js';
import type { OnModuleDestroy } from '@nestjs/common';
import { EventSourceServiceClient } from '@windlass/contracts/history/v1/event_source_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { connect, type CallSettings, type Remote } from '@windlass/grpc';
import type { CallContext, PrincipalSigner } from '@windlass/principal';

/** Services that keep events, in the order in which simultaneous events of several are told. */
export const SOURCE_NAMES = ['iam', 'kms', 'logs', 'registry'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

export interface NamedSource {
  readonly name: SourceName;
  readonly service: Remote<EventSourceServiceClient>;
}

// A page of a large account, whose streams are read to tell what each event changed.
const DEADLINE_MS = 20_000;

/** The services whose events make up the history of an account. */
export class EventSources implements OnModuleDestroy {
  readonly all: readonly NamedSource[];

  constructor(
    addresses: Readonly<Record<SourceName, string>>,
    private readonly signer: PrincipalSigner,
  ) {
    this.all = SOURCE_NAMES.map((name) => ({ name, service: connect(EventSourceServiceClient, addresses[name]) }));
  }

  named(wanted: SourceName): NamedSource['service'] {
    const source = this.all.find(({ name }) => name === wanted);
    if (source === undefined) throw new Error(`There is no service "${String(wanted)}" that keeps events.`);
    return source.service;
  }

  /** For a call on behalf of whoever called here. */
  onBehalf(of: CallContext): CallSettings {
    const metadata = new Metadata();
    this.signer.attach(metadata, of.principal, of);
    return { metadata, deadlineMs: DEADLINE_MS };
  }

  /** For a call that the platform makes by itself about one account. */
  aboutAccount(domainId: string): CallSettings {
    const metadata = new Metadata();
    this.signer.attach(metadata, Principal.fromPartial({ domain_id: domainId, user_id: 'platform' }), { requestId: '' });
    return { metadata, deadlineMs: DEADLINE_MS };
  }

  onModuleDestroy(): void {
    for (const { service } of this.all) service.close();
  }
}
