import { fromBinary, toBinary, type Message } from '@bufbuild/protobuf';
import { Metadata, type Client } from '@grpc/grpc-js';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import type { PrincipalSigner } from '@windlass/principal';
import type { Operation } from '../operation/index.js';
import { callUnary } from './call-unary.js';
import { isReady, openChannel } from './channel.js';

/** On whose behalf a call is made. */
export interface OnBehalf {
  readonly principal: Principal;
  readonly requestId: string;
  /** IP address of the client. */
  readonly sourceAddress?: string;
  /** What the client calls itself. */
  readonly userAgent?: string;
  readonly signal?: AbortSignal;
}

const DEADLINE_MS = 30_000;

/** The services behind the edge, by the proto package each of them owns. Forwards any operation without knowing it. */
export class Services {
  private readonly channels: ReadonlyMap<string, Client>;

  constructor(
    addresses: Readonly<Record<string, string>>,
    private readonly signer: PrincipalSigner,
  ) {
    this.channels = new Map(Object.entries(addresses).map(([owner, address]) => [owner, openChannel(address)]));
  }

  async forward(operation: Operation, request: Message, caller: OnBehalf): Promise<Message> {
    return fromBinary(operation.output, await this.forwardBytes(operation, toBinary(operation.input, request), caller));
  }

  forwardBytes(operation: Operation, request: Uint8Array, caller: OnBehalf): Promise<Buffer> {
    const method = { path: operation.rpcPath, requestSerialize: asBuffer, responseDeserialize: (bytes: Buffer) => bytes };
    const signal = caller.signal === undefined ? {} : { signal: caller.signal };
    return callUnary(this.channel(operation.owner), method, request, { metadata: this.metadata(caller), deadlineMs: DEADLINE_MS, ...signal });
  }

  /** Metadata that proves the caller to a service. */
  metadata(caller: OnBehalf): Metadata {
    const metadata = new Metadata();
    this.signer.attach(metadata, caller.principal, caller);
    return metadata;
  }

  channel(owner: string): Client {
    const channel = this.channels.get(owner);
    if (channel === undefined) throw new Error(`no address is configured for ${owner}`);
    return channel;
  }

  /** Packages whose service does not answer. */
  async unreachable(): Promise<readonly string[]> {
    const states = await Promise.all([...this.channels].map(async ([owner, client]) => ({ owner, ready: await isReady(client) })));
    return states.filter((state) => !state.ready).map((state) => state.owner);
  }

  close(): void {
    for (const client of this.channels.values()) client.close();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
