import { Principal } from '@windlass/contracts/iam/v1/principal';
import { authorize } from './authorize.js';

const request = { access: 'project', action: 'lts:groups:create', resource: 'group:*', projectId: 'p1' } as const;
const administrator = Principal.fromPartial({ user_name: 'ann', project_id: 'p1', roles: ['te_admin'] });

describe('authorization', () => {
  it('allows an administrator everything in its own project', () => {
    expect(authorize(administrator, request)).toEqual({ allowed: true });
  });

  it.each(['p2', ''])('refuses an administrator whose credential is of project "%s"', (project_id) => {
    expect(authorize({ ...administrator, project_id }, request)).toMatchObject({ allowed: false, reason: 'FOREIGN_PROJECT' });
  });

  it('refuses a credential of no project even where the request names none', () => {
    expect(authorize({ ...administrator, project_id: '' }, { ...request, projectId: '' })).toMatchObject({ allowed: false });
  });

  it.each([[[]], [['op_admin']], [['TE_ADMIN', 'te_administrator']]])('refuses roles %j, naming action and resource', (roles) => {
    expect(authorize({ ...administrator, roles }, request)).toEqual({
      allowed: false,
      reason: 'ACTION_DENIED',
      message: 'User "ann" is not allowed to perform lts:groups:create on group:*.',
    });
  });

  it('asks for no role where any credential will do', () => {
    const user = Principal.fromPartial({ user_name: 'bob' });
    expect(authorize(user, { ...request, access: 'authenticated' })).toEqual({ allowed: true });
  });
});
