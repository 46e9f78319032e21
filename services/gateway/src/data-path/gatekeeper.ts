import { createHash } from 'node:crypto';
import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { isWindlassError } from '@windlass/errors';
import { splitTarget, type RequestHead } from '@windlass/http1';
import { BoundedMemory } from './bounded-memory.js';
import type { CredentialKind } from './forwarded-head.js';
import { type Refusal, refusals } from './refusal.js';

export interface AuthenticatedCaller {
  /** The account the caller belongs to. */
  readonly domainId: string;
  /** Milliseconds since the epoch until which the answer may be remembered. */
  readonly cacheableUntil: number;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly requestTarget: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /** Hex. */
  readonly bodySha256: string;
}

/** Turns credentials into callers. Rejects with a WindlassError. */
export interface CallerAuthenticator {
  byToken(token: string): Promise<AuthenticatedCaller>;
  bySignature(request: SignedRequest): Promise<AuthenticatedCaller>;
}

const MAX_CHECKS = 256;
const MAX_REMEMBERED_TOKENS = 10_000;
const SIGNATURE_SCHEME = /^SDK-HMAC-SHA256(?: |$)/;

/** Decides who may call a route: everybody when it is open, else callers of the account that owns it. */
export class Gatekeeper {
  private readonly tokens: BoundedMemory<AuthenticatedCaller>;
  private checks = 0;

  constructor(
    private readonly authenticator: CallerAuthenticator,
    clock: () => number = Date.now,
  ) {
    this.tokens = new BoundedMemory(MAX_REMEMBERED_TOKENS, clock);
  }

  /** The credential a request must be admitted with; undefined when the route is open. Throws a Refusal when there is none. */
  credentialOf(route: Route, head: RequestHead): CredentialKind | undefined {
    if (route.auth === 'NONE') return undefined;
    if (SIGNATURE_SCHEME.test(head.headers.get('authorization') ?? '')) return 'signature';
    if (head.headers.has('x-auth-token')) return 'token';
    throw refusals.unauthenticated('This API needs a credential: X-Auth-Token, or a signature in Authorization (SDK-HMAC-SHA256).');
  }

  /** `body` is needed for a signature, which covers it. Rejects with a Refusal. */
  async admit(route: Route, head: RequestHead, credential: CredentialKind, body: Buffer): Promise<void> {
    const caller = await (credential === 'token' ? this.byToken(head) : this.bySignature(head, body));
    if (caller.domainId !== route.domain_id) throw refusals.forbidden();
  }

  private async byToken(head: RequestHead): Promise<AuthenticatedCaller> {
    const tokens = head.headers.getAll('x-auth-token');
    const [token = ''] = tokens;
    if (tokens.length > 1) throw refusals.unauthenticated('X-Auth-Token is given more than once.');
    // Only a digest is remembered: a dump of this process must not hold the tokens of its callers.
    const key = sha256Hex(token);
    const known = this.tokens.get(key);
    if (known !== undefined) return known;
    const caller = await this.check(() => this.authenticator.byToken(token));
    this.tokens.set(key, caller, caller.cacheableUntil);
    return caller;
  }

  private bySignature(head: RequestHead, body: Buffer): Promise<AuthenticatedCaller> {
    const { path, query } = splitTarget(head.target);
    const request = { method: head.method, requestTarget: path + query, headers: head.headers.fields, bodySha256: sha256Hex(body) };
    return this.check(() => this.authenticator.bySignature(request));
  }

  private async check(ask: () => Promise<AuthenticatedCaller>): Promise<AuthenticatedCaller> {
    if (this.checks >= MAX_CHECKS) throw refusals.authenticationBusy();
    this.checks += 1;
    try {
      return await ask();
    } catch (error) {
      throw refusalFor(error);
    } finally {
      this.checks -= 1;
    }
  }
}

function refusalFor(error: unknown): Refusal {
  if (!isWindlassError(error)) return refusals.authenticationDown();
  if (error.kind === 'unauthenticated' || error.kind === 'invalid') return refusals.unauthenticated(error.message);
  return error.kind === 'forbidden' ? refusals.forbidden() : refusals.authenticationDown();
}

function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
