import { Injectable } from '@nestjs/common';
import { History, historyResource, type Moment } from '@windlass/resource-history';
import { account, accountStream } from '../account/index.js';
import { agencyStream } from '../agency/index.js';
import { GRANT_STREAMS } from '../grant/index.js';
import { groupStream } from '../group/index.js';
import { projectStream } from '../project/index.js';
import { customPolicyStream, pastCustomPolicy, toRole, type Role } from '../role/index.js';
import { userStream } from '../user/index.js';
import type { Account, AccountEvent } from '../account/account.decider.js';

/** What quotas of iam count, by type: the streams, and the events with which a thing begins and ends. */
const COUNTED = {
  user: { streamPrefix: userStream(''), begins: ['UserCreated'], ends: ['UserDeleted'] },
  group: { streamPrefix: groupStream(''), begins: ['GroupCreated'], ends: ['GroupDeleted'] },
  agency: { streamPrefix: agencyStream(''), begins: ['AgencyCreated'], ends: ['AgencyDeleted'] },
  policy: { streamPrefix: customPolicyStream(''), begins: ['CustomPolicyCreated'], ends: ['CustomPolicyDeleted'] },
  project: { streamPrefix: projectStream(''), begins: ['ProjectCreated', 'SubprojectCreated'], ends: ['ProjectDeleted'] },
} as const satisfies Record<string, { readonly streamPrefix: string; readonly begins: readonly string[]; readonly ends: readonly string[] }>;

export type CountedQuota = keyof typeof COUNTED;

const accounts = historyResource<Account, AccountEvent>({ type: 'account', streamPrefix: accountStream(''), streamOf: accountStream, initial: account.initial, evolve: account.evolve, view: () => undefined });
const policies = historyResource({ type: 'policy', streamPrefix: customPolicyStream(''), streamOf: customPolicyStream, ...pastCustomPolicy, view: () => undefined });

/** An account as it was: what its rows say of today. */
@Injectable()
export class PastAccount {
  constructor(private readonly history: History) {}

  moment(domainId: string, text: string): Promise<Moment> {
    return this.history.moment(domainId, text);
  }

  /** The account's own state; absent before it was made. */
  async account(domainId: string, moment: Moment): Promise<Account> {
    return (await this.history.stateAt(accounts, domainId, accountStream(domainId), moment)) ?? account.initial;
  }

  async customPolicies(domainId: string, moment: Moment): Promise<readonly Role[]> {
    const rows = await this.history.statesAt(policies, domainId, moment);
    return [...rows.values()].flatMap((row) => (row === undefined ? [] : [toRole(row)]));
  }

  async customPolicy(domainId: string, roleId: string, moment: Moment): Promise<Role | undefined> {
    const row = await this.history.stateAt(policies, domainId, customPolicyStream(roleId), moment);
    return row && toRole(row);
  }

  /** How many of a thing the account had. */
  async count(domainId: string, quota: CountedQuota, moment: Moment): Promise<number> {
    const { streamPrefix, begins, ends }: { streamPrefix: string; begins: readonly string[]; ends: readonly string[] } = COUNTED[quota];
    const states = await this.history.statesAt(counting(streamPrefix, (type, there) => (begins.includes(type) ? true : ends.includes(type) ? false : there)), domainId, moment);
    return [...states.values()].filter(Boolean).length;
  }

  /** How many grants of a role held. */
  async grantsOf(domainId: string, roleId: string, moment: Moment): Promise<number> {
    const states = await this.history.statesAt(counting(GRANT_STREAMS, (type) => type === 'GrantGiven'), domainId, moment);
    return [...states].filter(([streamId, given]) => given && streamId.endsWith(`-${roleId}`)).length;
  }
}

function counting(streamPrefix: string, step: (type: string, there: boolean) => boolean) {
  return historyResource<boolean, { readonly type: string; readonly data: object }>({
    type: '',
    streamPrefix,
    streamOf: () => undefined,
    initial: false,
    evolve: (there, { type }) => step(type, there),
    view: () => undefined,
  });
}
