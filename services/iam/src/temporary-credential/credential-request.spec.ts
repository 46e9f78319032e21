import { CreateTemporaryAccessKeyRequest } from '@windlass/contracts/iam/v1/temporary_credential_service';
import { endOfLife, requireLife } from './credential-life.js';
import { readCredentialRequest } from './credential-request.js';

const read = (identity: object) => readCredentialRequest(CreateTemporaryAccessKeyRequest.fromPartial({ auth: { identity } }));

describe('a request for a temporary credential', () => {
  it('is for the caller, for a quarter of an hour unless it says more', () => {
    expect(read({ methods: ['token'] })).toEqual({ method: 'token', token: '', seconds: 900 });
    expect(read({ methods: ['token'], token: { id: 't1', duration_seconds: 3600 } })).toEqual({ method: 'token', token: 't1', seconds: 3600 });
  });

  it('or is for an agency of an account', () => {
    const role = { agency_name: 'ops', domain_name: 'acme', duration_seconds: 86_400 };
    const expected = { method: 'assume_role', agency: { agencyName: 'ops', domain: { id: '', name: 'acme' } }, seconds: 86_400 };
    expect(read({ methods: ['assume_role'], assume_role: role })).toEqual(expected);
    expect(read({ methods: ['assume_role'], assume_role: { ...role, agency_name: '', xrole_name: 'ops' } })).toEqual(expected);
  });

  it.each([
    [{ methods: [] }],
    [{ methods: ['password'] }],
    [{ methods: ['token', 'assume_role'] }],
    [{ methods: ['assume_role'] }],
    [{ methods: ['assume_role'], assume_role: { agency_name: 'ops' } }],
    [{ methods: ['assume_role'], assume_role: { domain_id: 'd1' } }],
  ])('is refused: %j', (identity) => {
    expect(() => read(identity)).toThrow(expect.objectContaining({ kind: 'invalid', reason: 'BODY_INVALID' }));
  });
});

describe('the life of a temporary credential', () => {
  it.each([0, 899, 86_401])('is not %i seconds', (seconds) => {
    expect(() => requireLife(seconds)).toThrow(expect.objectContaining({ reason: 'DURATION_INVALID' }));
  });

  it('ends when asked for, and no later than that of what it was made with', () => {
    const now = new Date(0);
    expect(endOfLife(now, 900, undefined)).toEqual(new Date(900_000));
    expect(endOfLife(now, 900, new Date(60_000))).toEqual(new Date(60_000));
    expect(endOfLife(now, 900, new Date(1_000_000))).toEqual(new Date(900_000));
  });
});
