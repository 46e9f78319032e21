/** A quota of an account: what it counts, and how many every account has until an operator says otherwise. */
interface QuotaRule {
  /** Used in sentences: "of 400 functions". */
  readonly counts: string;
  readonly preset: number;
}

/**
 * Every quota of an account, under the names of the real platform where it has one; `fgs_func_qos_limit` there speaks of an
 * account's instances, which serve one request each unless told otherwise, and here of requests in hand.
 */
export const QUOTAS = {
  // registry
  fgs_func_num: { counts: 'functions', preset: 400 },
  fgs_func_code_size: { counts: 'MB of code', preset: 10_240 },
  fgs_func_occurs: { counts: 'reserved instances', preset: 90 },
  // worker
  fgs_func_qos_limit: { counts: 'requests at once', preset: 100 },
  // logs
  lts_group_num: { counts: 'log groups', preset: 100 },
  lts_stream_num: { counts: 'log streams in a group', preset: 100 },
  lts_line_rate: { counts: 'log lines a second on each worker', preset: 20_000 },
  lts_kb_rate: { counts: 'KB of log lines a second on each worker', preset: 8_192 },
  // kms
  CMK: { counts: 'keys', preset: 100 },
  // iam
  user: { counts: 'users', preset: 50 },
  group: { counts: 'user groups', preset: 20 },
  agency: { counts: 'agencies', preset: 50 },
  policy: { counts: 'custom policies', preset: 200 },
  project: { counts: 'projects', preset: 10 },
  enterprise_project: { counts: 'enterprise projects', preset: 100 },
} as const satisfies Record<string, QuotaRule>;

export type QuotaType = keyof typeof QUOTAS;

export function isQuotaType(name: string): name is QuotaType {
  return Object.hasOwn(QUOTAS, name);
}

/** Quotas an operator has set for one account. */
export type OwnQuotas = Readonly<Partial<Record<QuotaType, number>>>;

/** The end of every refusal for want of quota: which quota, its value, and who raises it with what. */
export function howToRaise(type: QuotaType, limit: number, domainId: string): string {
  return (
    `The quota ${type} of this account is ${limit} ${QUOTAS[type].counts}. To raise it, ask the platform's operator, ` +
    `who sets it with PUT /windlass/v1/admin/accounts/${domainId}/quotas.`
  );
}
