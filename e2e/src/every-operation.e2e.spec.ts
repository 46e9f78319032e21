import { randomBytes } from 'node:crypto';
import { Access, ErrorFamily } from '@windlass/contracts/options/v1/operation';
import { problemOfRefusal } from './every-operation/error-shape.js';
import { addUser, furnishTenant, perform, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { guardedOperations, type PublicOperation } from './every-operation/public-operations.js';
import { call, hangUp, type Answer, type Credential, type Transport } from './every-operation/public-calls.js';
import { namedIds, sampleRequest } from './every-operation/sample-requests.js';
import { everythingOf } from './every-operation/tenant-inventory.js';
import { TokenClient, credentials } from './harness/tenant.js';

const TRANSPORTS: readonly Transport[] = ['REST', 'gRPC'];
const ofTenants = guardedOperations.filter(({ access }) => access !== Access.OPERATOR);
const ofOperators = guardedOperations.filter(({ access }) => access === Access.OPERATOR);
const ofAnyone = guardedOperations.filter(({ access }) => access === Access.AUTHENTICATED);
const byPolicy = guardedOperations.filter(({ access }) => access === Access.PROJECT || access === Access.DOMAIN);

// By the verb, since the method does not tell: KMS and searches ask with POST. Explanations show what is granted to others.
const ASKS = /^(Show|List|Count|Describe|Query|Check|Tail|KeystoneShow|KeystoneList|KeystoneCheck)/;
const reading = byPolicy.filter(({ name }) => ASKS.test(name));
const writing = byPolicy.filter(({ name }) => !ASKS.test(name));

const READ_ONLY = ['FunctionGraph ReadOnlyAccess', 'LTS ReadOnlyAccess', 'KMS CMKReadOnlyAccess', 'IAM ReadOnlyAccess', 'EPS ReadOnlyAccess', 'CTS ReadOnlyAccess'];

describe('every operation of the contracts', () => {
  let first: FurnishedTenant;
  let second: FurnishedTenant;
  let firstHas: string;
  let without: Credential;
  let reader: Credential;

  beforeAll(async () => {
    first = await furnishTenant('first');
    second = await furnishTenant('second');
    without = await addUser(first, 'without', []);
    reader = await addUser(first, 'reader', READ_ONLY);
    firstHas = await everythingOf(first);
  });
  afterAll(hangUp);

  /** The same call over both transports, each refused as expected and in the form of its API. */
  const refusals = async (operation: PublicOperation, ids: Readonly<Record<string, string>>, credential: Credential): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (const transport of TRANSPORTS) {
      const answer = await call(transport, operation, sampleRequest(operation, ids), credential);
      if (answer.outcome === 'ok') throw new Error(`${operation.name} succeeded over ${transport}: ${answer.text}`);
      const problem = transport === 'REST' ? problemOfRefusal(operation, answer) : answer.outcome === 'failed' ? 'it failed' : undefined;
      if (problem !== undefined) throw new Error(`${operation.name} over ${transport}: ${problem}: ${answer.status} ${answer.text}`);
      answers.push(answer);
    }
    return answers;
  };
  const outcomes = (answers: readonly Answer[]) => answers.map(({ outcome }) => outcome);

  describe('without a credential', () => {
    it.each(guardedOperations)('$name is refused', async (operation) => {
      expect(outcomes(await refusals(operation, first.ids, { kind: 'none' }))).toEqual(['unauthenticated', 'unauthenticated']);
    });
  });

  describe('with a credential that is none any more', () => {
    const revoked = { kind: 'token', token: '' };

    beforeAll(async () => {
      const { demo } = credentials();
      revoked.token = (await TokenClient.logIn(demo)).token;
      await perform('RevokeToken', { subject_token: revoked.token }, { kind: 'token', token: (await TokenClient.logIn(demo)).token });
    });

    it.each(guardedOperations)('$name is refused', async (operation) => {
      const expired = { ...first.administrator, minutesOld: 16 };
      for (const credential of [expired, revoked as Credential, { kind: 'token', token: 'unknown' } as const]) {
        expect(outcomes(await refusals(operation, first.ids, credential))).toEqual(['unauthenticated', 'unauthenticated']);
      }
    });
  });

  describe("with another tenant's credential", () => {
    it.each(ofTenants)('$name touches nothing, and tells nothing but what it tells of things that do not exist', async (operation) => {
      const { project_id = '', domain_id = '' } = second.ids;
      for (const own of [{}, { project_id, domain_id }] as Record<string, string>[]) {
        const request = sampleRequest(operation, { ...first.ids, ...own });
        const imagined = sampleRequest(operation, { ...inventedIds(first.ids), ...own });
        const foreign = namedIds(request, first.ids);
        for (const transport of TRANSPORTS) {
          const answer = await call(transport, operation, request, second.administrator);
          expect(withoutEchoes(answer.text, request)).not.toContain(first.mark);
          expect({ transport, answer }).not.toMatchObject({ answer: { outcome: 'failed' } });
          if (foreign.size === 0) continue;
          // What only the body names may also be called invalid.
          const refused = operation.pathFields.some((name) => foreign.has(String(request[name]))) ? /^(forbidden|not_found)$/ : /^(forbidden|not_found|invalid)$/;
          expect({ transport, request, answer }).toMatchObject({ answer: { outcome: expect.stringMatching(refused) } });
          expect(told(answer, request)).toEqual(told(await call(transport, operation, imagined, second.administrator), imagined));
        }
      }
    });
  });

  describe('by a user to whom nothing is granted', () => {
    it.each(byPolicy)('$name is refused, naming $action and what it is done to', async (operation) => {
      const answers = await refusals(operation, first.ids, without);
      expect(outcomes(answers)).toEqual(['forbidden', 'forbidden']);
      const told = operation.method === 'HEAD' ? answers.slice(1) : answers;
      for (const { message } of told) expect(message).toMatch(new RegExp(`${operation.action} .* on \\S+:\\S+`));
    });

    it.each(ofOperators)('$name is refused', async (operation) => {
      expect(outcomes(await refusals(operation, first.ids, without))).toEqual(['forbidden', 'forbidden']);
    });
  });

  describe('by any user, where no policy is asked', () => {
    it.each(ofAnyone)('$name shows and changes nothing of other users', async (operation) => {
      const { user_id = '', access_key = '' } = first.ids;
      const request = sampleRequest(operation, first.ids);
      for (const transport of TRANSPORTS) {
        const answer = await call(transport, operation, request, without);
        expect(withoutEchoes(answer.text, request)).not.toMatch(new RegExp(`${user_id}|${access_key}`));
        if (namedIds(request, { user_id, access_key }).size === 0) continue;
        expect({ transport, request, answer }).toMatchObject({ answer: { outcome: expect.stringMatching(/^(forbidden|not_found)$/) } });
      }
    });
  });

  describe('by the administrator of a tenant', () => {
    it.each(ofOperators)('$name is refused, as it is for operators of the platform', async (operation) => {
      expect(outcomes(await refusals(operation, first.ids, first.administrator))).toEqual(['forbidden', 'forbidden']);
    });
  });

  describe('by a user who may only read', () => {
    it.each(reading)('$name is allowed', async (operation) => {
      for (const transport of TRANSPORTS) {
        const answer = await call(transport, operation, sampleRequest(operation, first.ids), reader);
        expect({ transport, ...answer }).toMatchObject({ outcome: expect.stringMatching(/^(ok|not_found)$/) });
      }
    });

    it.each(writing)('$name is refused', async (operation) => {
      expect(outcomes(await refusals(operation, first.ids, reader))).toEqual(['forbidden', 'forbidden']);
    });
  });

  it('has left everything of the tenant as it was', async () => {
    expect(await everythingOf(first)).toBe(firstHas);
  });

  it('is of every access and every family of errors', () => {
    expect(new Set(guardedOperations.map(({ access }) => access))).toEqual(new Set([Access.AUTHENTICATED, Access.PROJECT, Access.DOMAIN, Access.OPERATOR]));
    expect(new Set(guardedOperations.map(({ errors }) => errors))).toEqual(new Set([ErrorFamily.FLAT, ErrorFamily.WRAPPED, ErrorFamily.KEYSTONE]));
  });
});

/** Ids of the same form that nothing has. */
function inventedIds(ids: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const invent = (id: string) => id.replaceAll(/[0-9a-f]{8,}/g, (digits) => randomBytes(digits.length).toString('hex').slice(0, digits.length));
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, name === 'access_key' ? 'ABCDEFGHIJKLMNOPQRST' : invent(id)]));
}

/** What an answer says, but for what it was asked and what every answer has of its own. */
function told({ status, code, text }: Answer, request: object): object {
  return { status, code, text: withoutEchoes(text, request).replaceAll(/"request_id":"[^"]*"/g, '') };
}

/** What an answer says of itself, without repeating what it was asked. */
function withoutEchoes(text: string, request: object): string {
  let own = text;
  JSON.stringify(request, (_key, value: unknown) => {
    if (typeof value === 'string' && value !== '') own = own.replaceAll(value, '');
    return value;
  });
  return own;
}
