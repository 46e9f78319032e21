import { Principal } from '@windlass/contracts/iam/v1/principal';
import { isAccountAdministrator, isPlatformOperator } from './roles.js';

const user = Principal.fromPartial({ user_id: 'u1', roles: ['te_admin', 'op_admin'] });

describe('the roles of a principal', () => {
  it('are those of its user', () => {
    expect([isAccountAdministrator(user), isPlatformOperator(user)]).toEqual([true, true]);
    expect([isAccountAdministrator({ ...user, roles: ['op_admin'] }), isPlatformOperator({ ...user, roles: ['te_admin'] })]).toEqual([false, false]);
    expect(isAccountAdministrator({ ...user, roles: ['TE_ADMIN', 'te_administrator'] })).toBe(false);
  });

  it('are none when it acts through an agency', () => {
    const assumed = { ...user, agency_id: 'a1' };
    expect([isAccountAdministrator(assumed), isPlatformOperator(assumed)]).toEqual([false, false]);
  });
});
