import { isQuotaType, QUOTAS, type IsolationDemand, type OwnQuotas } from '@windlass/accounts';
import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireName } from '../name-rule.js';

/** An account (the API says "domain") is the tenant: everything belongs to one. */
export type Account = { readonly status: 'absent' } | KnownAccount;

export interface KnownAccount {
  /** A suspended account keeps everything and may do nothing; a closed one stays so. */
  readonly status: 'active' | 'suspended' | 'closed';
  readonly domainId: string;
  readonly name: string;
  readonly isOperator: boolean;
  readonly quotas: OwnQuotas;
  readonly isolation: IsolationDemands;
}

/** Who may demand strong isolation of all functions of an account: itself, and the platform's operator. */
export type IsolationDemands = Readonly<Record<'account' | 'operator', IsolationDemand>>;

/** What both together demand. */
export function demandedIsolation({ account, operator }: IsolationDemands): IsolationDemand {
  return account === 'strong' || operator === 'strong' ? 'strong' : 'standard';
}

const NO_DEMANDS: IsolationDemands = { account: 'standard', operator: 'standard' };

export interface CreateAccount {
  readonly type: 'CreateAccount';
  readonly domainId: string;
  readonly name: string;
  /** The platform's own account, whose administrator operates the platform. */
  readonly isOperator: boolean;
}

export type AccountCommand =
  | CreateAccount
  | { readonly type: 'SuspendAccount' | 'ResumeAccount' | 'CloseAccount'; readonly reason: string }
  /** Quotas that are not named stay. */
  | { readonly type: 'SetQuotas'; readonly quotas: Readonly<Record<string, number>> }
  | { readonly type: 'DemandIsolation'; readonly by: keyof IsolationDemands; readonly isolation: string };

/** Each event but the first carries all that other services are told, so that one event alone can be published. */
export type AccountEvent =
  | { readonly type: 'AccountCreated'; readonly data: { readonly domainId: string; readonly name: string; readonly isOperator: boolean } }
  | { readonly type: 'AccountSuspended' | 'AccountResumed' | 'AccountClosed'; readonly data: StatusChange }
  | { readonly type: 'AccountQuotasSet'; readonly data: Told & { readonly status: KnownAccount['status'] } }
  | { readonly type: 'AccountIsolationDemanded'; readonly data: Told & { readonly status: KnownAccount['status'] } };

/** Of what other services are told, that which no event of a status says by its type. */
interface Told {
  readonly domainId: string;
  readonly quotas: OwnQuotas;
  readonly isolation: IsolationDemands;
}

export interface StatusChange extends Told {
  readonly reason: string;
}

export const account: Decider<Account, AccountCommand, AccountEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (command.type === 'CreateAccount') {
      const { domainId, name, isOperator } = command;
      if (state.status !== 'absent') throw accountExists(state.name);
      requireName('account', name);
      return [{ type: 'AccountCreated', data: { domainId, name, isOperator } }];
    }
    if (state.status === 'absent') throw accountUnknown();
    if (command.type === 'SetQuotas') return setQuotas(state, command.quotas);
    if (command.type === 'DemandIsolation') return demandIsolation(state, command.by, command.isolation);
    return changeStatus(state, command);
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AccountCreated':
        return { status: 'active', ...event.data, quotas: {}, isolation: NO_DEMANDS };
      case 'AccountSuspended':
        return { ...known(state), status: 'suspended' };
      case 'AccountResumed':
        return { ...known(state), status: 'active' };
      case 'AccountClosed':
        return { ...known(state), status: 'closed' };
      case 'AccountQuotasSet':
        return { ...known(state), quotas: event.data.quotas };
      case 'AccountIsolationDemanded':
        return { ...known(state), isolation: event.data.isolation };
      default:
        return unknownEvent(event);
    }
  },
};

const LONGEST_REASON = 512;

function changeStatus(state: KnownAccount, { type, reason }: Extract<AccountCommand, { readonly reason: string }>): readonly AccountEvent[] {
  const { domainId, quotas, isolation, status } = state;
  const data = { domainId, reason, quotas, isolation };
  if ([...reason].length > LONGEST_REASON || reason.includes('\0')) {
    throw invalid('REASON_INVALID', `The reason must have at most ${LONGEST_REASON} characters, none of them NUL.`);
  }
  if (status === 'closed' && type !== 'CloseAccount') throw wrongStatus('ACCOUNT_CLOSED', 'The account is closed, which is final.');
  switch (type) {
    case 'SuspendAccount':
      if (state.isOperator) throw wrongStatus('ACCOUNT_OPERATES', "The platform's own account cannot be suspended: nobody could resume it.");
      return status === 'suspended' ? [] : [{ type: 'AccountSuspended', data }];
    case 'ResumeAccount':
      return status === 'active' ? [] : [{ type: 'AccountResumed', data }];
    case 'CloseAccount':
      if (status === 'active') throw wrongStatus('ACCOUNT_ACTIVE', 'The account is active. Suspend it before closing it, which is final.');
      return status === 'closed' ? [] : [{ type: 'AccountClosed', data }];
    default:
      return type satisfies never;
  }
}

const LARGEST_QUOTA = 1_000_000_000;

function setQuotas(state: KnownAccount, wanted: Readonly<Record<string, number>>): readonly AccountEvent[] {
  if (Object.keys(wanted).length === 0) throw invalid('QUOTAS_MISSING', `"quotas" must name at least one of ${Object.keys(QUOTAS).join(', ')}.`);
  for (const [type, value] of Object.entries(wanted)) {
    if (!isQuotaType(type)) throw invalid('QUOTA_UNKNOWN', `There is no quota of that type; the types are ${Object.keys(QUOTAS).join(', ')}.`);
    if (!Number.isInteger(value) || value < 0 || value > LARGEST_QUOTA) {
      throw invalid('QUOTA_INVALID', `The quota ${type} must be a whole number from 0 to ${LARGEST_QUOTA}.`);
    }
  }
  const quotas: OwnQuotas = { ...state.quotas, ...wanted };
  const changed = Object.keys(wanted).some((type) => isQuotaType(type) && state.quotas[type] !== wanted[type]);
  const { domainId, status, isolation } = state;
  return changed ? [{ type: 'AccountQuotasSet', data: { domainId, status, quotas, isolation } }] : [];
}

function demandIsolation(state: KnownAccount, by: keyof IsolationDemands, wanted: string): readonly AccountEvent[] {
  if (wanted !== 'standard' && wanted !== 'strong') throw invalid('ISOLATION_INVALID', '"isolation" must be "standard" or "strong".');
  if (state.status === 'closed') throw wrongStatus('ACCOUNT_CLOSED', 'The account is closed, which is final.');
  const { domainId, status, quotas } = state;
  const isolation = { ...state.isolation, [by]: wanted };
  return state.isolation[by] === wanted ? [] : [{ type: 'AccountIsolationDemanded', data: { domainId, status, quotas, isolation } }];
}

function known(state: Account): KnownAccount {
  if (state.status === 'absent') throw new Error('the account was never created');
  return state;
}

function invalid(reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason, code: 'IAM.0073', message });
}

function wrongStatus(reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'conflict', reason, code: 'IAM.0005', message });
}

export function accountUnknown(): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'ACCOUNT_UNKNOWN', code: 'IAM.0004', message: 'There is no such account.' });
}

export function accountExists(name: string): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'ACCOUNT_EXISTS',
    code: 'IAM.0005',
    message: `An account named "${name}" exists. Names must differ in more than case.`,
  });
}

const STREAM = 'account-';

export function accountStream(domainId: string): string {
  return `${STREAM}${domainId}`;
}

export function isAccountStream(streamId: string): boolean {
  return streamId.startsWith(STREAM);
}
