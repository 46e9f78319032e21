import { WindlassError } from '@windlass/errors';
import type { EntityManager } from 'typeorm';
import { AccountRow } from '../account/index.js';
import { isId } from '../id.js';
import { isName, nameKey } from '../name-rule.js';
import { serviceTrust, type Trust } from './trust.js';

/** Whom an agency shall trust, as a body names it: a name, of an account or a cloud service, has priority over an id. */
export async function requireTrustedParty(manager: EntityManager, { id, name }: { readonly id: string; readonly name: string }): Promise<Trust> {
  const service = serviceTrust(name);
  if (service !== undefined) return service;
  const account = await findAccount(manager, id, name);
  if (account === null) throw unknownParty(name || id);
  return { kind: 'account', domainId: account.domainId, name: account.name };
}

async function findAccount(manager: EntityManager, id: string, name: string): Promise<AccountRow | null> {
  if (name !== '') return isName(name) ? manager.findOneBy(AccountRow, { nameKey: nameKey(name) }) : null;
  return isId(id) ? manager.findOneBy(AccountRow, { domainId: id }) : null;
}

function unknownParty(named: string): WindlassError {
  const message =
    named === ''
      ? 'trust_domain_name or trust_domain_id is missing: an agency must trust an account or a cloud service such as op_svc_cff.'
      : `Could not find domain: ${named}. An agency must trust an account or a cloud service such as op_svc_cff.`;
  return new WindlassError({ kind: named === '' ? 'invalid' : 'not_found', reason: 'TRUSTED_PARTY_UNKNOWN', code: named === '' ? 'IAM.0072' : 'IAM.0004', message });
}
