import { CreateTokenRequest } from '@windlass/contracts/iam/v1/token_service';
import { readLogInRequest } from './log-in-request.js';

const user = { name: 'ann', password: 'secret', domain: { name: 'acme' } };
const read = (auth: Parameters<typeof CreateTokenRequest.fromPartial>[0]['auth']) => readLogInRequest(CreateTokenRequest.fromPartial({ auth }));
const withUser = (change: object) => read({ identity: { methods: ['password'], password: { user: change } } });
const withScope = (scope: object) => read({ identity: { methods: ['password'], password: { user } }, scope }).scope;

describe('a log-in request', () => {
  it.each([
    [{ id: 'u1', password: 'p' }, { by: 'id', userId: 'u1' }],
    [{ name: 'ann', password: 'p', domain: { name: 'acme' } }, { by: 'name', userName: 'ann', account: { domainName: 'acme' } }],
    [{ name: 'ann', password: 'p', domain: { id: 'd1' } }, { by: 'name', userName: 'ann', account: { domainId: 'd1' } }],
  ])('names its user: %j', (given, reference) => {
    expect(withUser(given)).toMatchObject({ method: 'password', user: reference });
  });

  const none = { id: '', name: '' };
  it.each([
    [{}, { kind: 'account', domain: none }],
    [{ domain: { name: 'acme' } }, { kind: 'account', domain: { id: '', name: 'acme' } }],
    [{ project: { id: 'p1' } }, { kind: 'project', id: 'p1', name: '', domain: none }],
    [{ project: { name: 'r1', domain: { id: 'd1' } } }, { kind: 'project', id: '', name: 'r1', domain: { id: 'd1', name: '' } }],
    [{ project: { name: 'r1' }, domain: { id: 'd1' } }, { kind: 'project', id: '', name: 'r1', domain: none }],
  ])('has the scope %j', (scope, expected) => {
    expect(withScope(scope)).toEqual(expected);
  });

  it.each([
    ['without a body', () => read(undefined)],
    ['without a method', () => read({ identity: { methods: [], password: { user } } })],
    ['without a user', () => read({ identity: { methods: ['password'] } })],
    ['without a password', () => withUser({ ...user, password: '' })],
    ['without a name', () => withUser({ ...user, name: '' })],
    ['without the account of a name', () => withUser({ ...user, domain: undefined })],
    ['with an empty project', () => withScope({ project: {} })],
    ['with an empty domain', () => withScope({ domain: {} })],
  ])('is refused %s', (_what, attempt) => {
    expect(attempt).toThrow(expect.objectContaining({ kind: 'invalid', message: 'The request body is invalid' }));
  });

  it('may name a token instead', () => {
    expect(read({ identity: { methods: ['token'], token: { id: 't1' } } })).toEqual({ method: 'token', token: 't1', scope: { kind: 'account', domain: none } });
    expect(() => read({ identity: { methods: ['token'] } })).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  describe('through an agency', () => {
    const withRole = (role: object, scope: object | undefined = { domain: { id: 'd2' } }) =>
      read({ identity: { methods: ['assume_role'], assume_role: role }, ...(scope === undefined ? {} : { scope }) });

    it.each([
      [{ agency_name: 'ops', domain_id: 'd2' }, { agencyName: 'ops', domain: { id: 'd2', name: '' } }],
      [{ xrole_name: 'ops', domain_name: 'other' }, { agencyName: 'ops', domain: { id: '', name: 'other' } }],
    ])('names it: %j', (role, agency) => {
      expect(withRole(role)).toMatchObject({ method: 'assume_role', agency });
    });

    it.each([
      ['without its name', () => withRole({ domain_id: 'd2' })],
      ['without its account', () => withRole({ agency_name: 'ops' })],
      ['without a scope', () => read({ identity: { methods: ['assume_role'], assume_role: { agency_name: 'ops', domain_id: 'd2' } } })],
    ])('is refused %s', (_what, attempt) => {
      expect(attempt).toThrow(expect.objectContaining({ kind: 'invalid', reason: 'BODY_INVALID' }));
    });
  });

  it.each([[['totp']], [['password', 'totp']]])('is refused, with what is supported, for the methods %j', (methods) => {
    expect(() => read({ identity: { methods, password: { user } } })).toThrow(/not supported.*\["password"\]/);
  });
});
