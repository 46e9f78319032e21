/** What a function proves with that it acts through an agency of its account. */
export interface FunctionCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string;
  /** For X-Auth-Token, instead of the other three. */
  readonly authToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** An agency, by its name in its account, and the project in which functions act through it. */
export interface AgencyInProject {
  readonly domainId: string;
  readonly projectId: string;
  readonly name: string;
}

/** Has new credentials made. Rejects with a WindlassError: refused where the agency is gone or trusts others, or not to be had now. */
export type IssueCredentials = (agency: AgencyInProject) => Promise<FunctionCredentials>;
