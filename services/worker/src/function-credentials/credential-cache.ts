import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { isWindlassError, type ErrorKind } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';
import type { AgencyInProject, FunctionCredentials, IssueCredentials } from './credentials.js';

export interface CredentialLimits {
  /** Credentials older than this are renewed when they are next used: the time after which changes of an agency show. */
  readonly renewAfterMs: number;
  /** What credentials must still have to live to be handed out while newer ones can be waited for: the longest request. */
  readonly remainingMs: number;
  /** Agencies that are remembered. */
  readonly maxAgencies: number;
  /** Issues under way at once. */
  readonly maxRenewals: number;
  /** Pause after the first failure; it doubles with each further one. */
  readonly leastPauseMs: number;
  readonly mostPauseMs: number;
}

const LIMITS: CredentialLimits = {
  renewAfterMs: 10 * 60_000,
  remainingMs: 15 * 60_000,
  maxAgencies: 4_096,
  maxRenewals: 64,
  leastPauseMs: 500,
  mostPauseMs: 30_000,
};

interface Entry {
  readonly agency: AgencyInProject;
  held?: { readonly credentials: FunctionCredentials; readonly renewAt: number };
  failure?: { readonly outcome: FailedOutcome; readonly pauseMs: number; readonly retryAt: number };
  renewal?: Promise<void>;
}

/**
 * The credentials of functions that want them with their requests, in memory: one set for each agency and project, whatever
 * number of functions acts through it there. A warm request is answered from here alone. Credentials are renewed by their use: in
 * the background while they are good for the longest request, and before the request goes on when they are not.
 */
export class CredentialCache {
  private readonly entries = new Map<string, Entry>();
  private renewals = 0;

  /** `now` in milliseconds since the epoch, as the ends of credentials are. */
  constructor(
    private readonly issue: IssueCredentials,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
    private readonly limits: CredentialLimits = LIMITS,
  ) {}

  /**
   * What a request to the function brings along; nothing for a function without an agency, or that does not want credentials.
   * Rejects with an InvocationError when there are none: a request never goes without those it should bring.
   */
  find(spec: Pick<FunctionSpec, 'domain_id' | 'project_id' | 'agency_name' | 'credentials_in_headers'>): FunctionCredentials | undefined | Promise<FunctionCredentials> {
    if (!spec.credentials_in_headers || spec.agency_name === '') return undefined;
    const entry = this.entryOf({ domainId: spec.domain_id, projectId: spec.project_id, name: spec.agency_name });
    const { held } = entry;
    const now = this.now();
    if (held !== undefined && now < held.renewAt) return held.credentials;
    const renewal = this.renew(entry, now);
    if (held !== undefined && held.credentials.expiresAt - now >= this.limits.remainingMs) return held.credentials;
    return renewal.then(() => this.settled(entry));
  }

  private settled({ held, failure }: Entry): FunctionCredentials {
    if (held !== undefined && held.credentials.expiresAt > this.now()) return held.credentials;
    throw new InvocationError(failure?.outcome ?? { kind: 'CREDENTIALS_UNAVAILABLE' });
  }

  /** Resolves when it is decided, either way. Whoever comes meanwhile waits for the same answer. */
  private renew(entry: Entry, now: number): Promise<void> {
    if (entry.renewal !== undefined) return entry.renewal;
    if (entry.failure !== undefined && now < entry.failure.retryAt) return Promise.resolve();
    if (this.renewals >= this.limits.maxRenewals) return Promise.resolve();
    this.renewals += 1;
    entry.renewal = this.issue(entry.agency)
      .then(
        (credentials) => this.renewed(entry, credentials),
        (error: unknown) => this.failed(entry, error),
      )
      .finally(() => {
        this.renewals -= 1;
        delete entry.renewal;
      });
    return entry.renewal;
  }

  private renewed(entry: Entry, credentials: FunctionCredentials): void {
    const now = this.now();
    const life = credentials.expiresAt - now;
    // Near the end of an agency's own time credentials are shorter than asked for.
    entry.held = { credentials, renewAt: now + Math.min(this.limits.renewAfterMs, (life * 2) / 3) };
    delete entry.failure;
  }

  private failed(entry: Entry, error: unknown): void {
    const { leastPauseMs, mostPauseMs } = this.limits;
    const pauseMs = entry.failure === undefined ? leastPauseMs : Math.min(entry.failure.pauseMs * 2, mostPauseMs);
    const refused = isWindlassError(error) && !PASSING.has(error.kind);
    const outcome: FailedOutcome = refused ? { kind: 'AGENCY_UNUSABLE', agency: entry.agency.name } : { kind: 'CREDENTIALS_UNAVAILABLE' };
    entry.failure = { outcome, pauseMs, retryAt: this.now() + pauseMs };
    // What was issued before is worth nothing any more.
    if (refused) delete entry.held;
    this.logger.warn({ err: error, domainId: entry.agency.domainId, agency: entry.agency.name, pauseMs }, 'no credentials for functions of an agency');
  }

  /** Remembers what is used; what was not used for the longest time gives way. */
  private entryOf(agency: AgencyInProject): Entry {
    const key = `${agency.domainId}:${agency.projectId}:${agency.name}`;
    const entry = this.entries.get(key) ?? { agency };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.limits.maxAgencies) {
      const [oldest] = this.entries.keys();
      if (oldest !== undefined) this.entries.delete(oldest);
    }
    return entry;
  }
}

/** Failures that say nothing about the agency: those of the way to iam, or of iam itself. */
const PASSING: ReadonlySet<ErrorKind> = new Set(['unavailable', 'timeout', 'throttled', 'internal']);
