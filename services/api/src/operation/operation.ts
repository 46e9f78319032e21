import type { DescMessage } from '@bufbuild/protobuf';
import type { TemplateSegment } from './path-template.js';

/** Who may call: anyone, any valid credential, a credential of the project in the path or of the account, or an operator of the platform. */
export type OperationAccess = 'anonymous' | 'authenticated' | 'project' | 'domain' | 'operator';

/** The shape of an error body, as the real service shows it. */
export type ErrorFamily = 'flat' | 'wrapped' | 'keystone';

/** One operation of the public API: an rpc together with what its `windlass.options.v1.operation` option declares. */
export interface Operation {
  /** Name of the rpc, which is the operation's name in the official SDKs. */
  readonly name: string;
  /** Full name of the gRPC service. */
  readonly service: string;
  /** Proto package, such as "windlass.registry.v1": its owner's address is found by it. */
  readonly owner: string;
  /** ":path" of the gRPC call. */
  readonly rpcPath: string;
  readonly method: string;
  readonly path: string;
  readonly segments: readonly TemplateSegment[];
  /** "*", a field of the request, or empty. */
  readonly body: string;
  /** A field of the response, or empty. */
  readonly responseBody: string;
  readonly successStatus: number;
  readonly access: OperationAccess;
  readonly action: string;
  readonly resource: string;
  readonly errors: ErrorFamily;
  readonly errorPrefix: string;
  readonly adapter: string;
  readonly summary: string;
  /** Whether its service lets callers do it too whom the resource itself grants it. */
  readonly grantable: boolean;
  /** Whether it answers with a stream of messages: over REST, an event stream that its adapter makes. */
  readonly streaming: boolean;
  readonly input: DescMessage;
  readonly output: DescMessage;
}
