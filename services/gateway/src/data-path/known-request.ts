import type { RequestMemo } from '@windlass/function-exchange';
import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { splitTarget, type RequestHead } from '@windlass/http1';
import { parseAddress, type Address } from './address.js';
import { requestLines, type CredentialKind } from './forwarded-head.js';

/**
 * What a request head means to this gateway, worked out once: a connection whose head comes again finds it here, and the worker finds what it
 * made of it.
 */
export class KnownRequest implements RequestMemo {
  /** Whom it addresses; undefined when that is nobody. */
  readonly address: Address | undefined;
  made: object | undefined;
  private readonly query: string;
  private route: Route | undefined;
  private credential: CredentialKind | undefined;
  private lines = '';
  private path = '';

  constructor(
    readonly head: RequestHead,
    private readonly sourceIp: string,
  ) {
    const { path, query } = splitTarget(head.target);
    this.query = query;
    this.address = parseAddress(head.headers.get('host') ?? '', path);
  }

  /** What the function is asked for and told when the request goes to it by this route, admitted with this credential. */
  forwardedBy(route: Route, address: Address, credential: CredentialKind | undefined): { readonly target: string; readonly fieldLines: string } {
    if (this.route !== route || this.credential !== credential) {
      this.route = route;
      this.credential = credential;
      this.made = undefined;
      this.path = address.path + this.query;
      this.lines = requestLines({ head: this.head, address, sourceIp: this.sourceIp, credential });
    }
    return { target: this.path, fieldLines: this.lines };
  }
}
