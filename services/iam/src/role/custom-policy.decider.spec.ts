import { given } from '@windlass/event-store/testing';
import { customPolicy, type CreateCustomPolicy, type CustomPolicyEvent } from './custom-policy.decider.js';
import type { ProposedContent } from './custom-policy-rule.js';

const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] };
const nothing: ProposedContent = {
  displayName: undefined,
  type: undefined,
  description: undefined,
  descriptionCn: undefined,
  policy: undefined,
  catalog: undefined,
  flag: undefined,
  name: undefined,
};
const proposed: ProposedContent = { ...nothing, displayName: 'Lister', type: 'XA', description: 'May list', policy };
const content = { displayName: 'Lister', type: 'XA', description: 'May list', descriptionCn: '', policy } as const;
const create: CreateCustomPolicy = { type: 'CreateCustomPolicy', roleId: 'r1', domainId: 'd1', number: 3, proposed };
const created: CustomPolicyEvent = { type: 'CustomPolicyCreated', data: { roleId: 'r1', domainId: 'd1', number: 3, ...content } };

const creating = (change: Partial<ProposedContent>) => ({ ...create, proposed: { ...proposed, ...change } });
const withStatement = (statement: object) => creating({ policy: { Version: '1.1', Statement: [statement] } });

describe('creating a custom policy', () => {
  it('given nothing, creates it as proposed', () => {
    given(customPolicy).events([]).when(create).thenEvents([created]);
  });

  it.each([
    [{ displayName: undefined }, 'DISPLAY_NAME_BLANK'],
    [{ displayName: '  ' }, 'DISPLAY_NAME_BLANK'],
    [{ displayName: 'x'.repeat(65) }, 'DISPLAY_NAME_TOO_LONG'],
    [{ displayName: 'a<b>' }, 'DISPLAY_NAME_CHARACTERS'],
    [{ displayName: 'Listеr' }, 'DISPLAY_NAME_CHARACTERS'],
    [{ type: undefined }, 'TYPE_MISSING'],
    [{ type: 'YY' }, 'TYPE_INVALID'],
    [{ type: 'AA' }, 'TYPE_NOT_CUSTOM'],
    [{ type: 'XX' }, 'TYPE_NOT_CUSTOM'],
    [{ catalog: 'BASE' }, 'CATALOG_GIVEN'],
    [{ flag: 'fine_grained' }, 'FLAG_GIVEN'],
    [{ name: 'mine' }, 'NAME_GIVEN'],
    [{ description: 'x'.repeat(256) }, 'DESCRIPTION_INVALID'],
    [{ policy: undefined }, 'POLICY_NOT_OBJECT'],
    [{ policy: { ...policy, Version: '1.0' } }, 'POLICY_VERSION'],
    [{ policy: { ...policy, Statement: [] } }, 'STATEMENT_COUNT'],
  ])('refuses %j', (change, reason) => {
    given(customPolicy).events([]).when(creating(change)).thenFails(reason);
  });

  it.each([
    [{ Effect: 'Maybe', Action: ['a:b:c'] }, 'EFFECT'],
    [{ Effect: 'Allow', Action: 'a:b:c' }, 'ACTION_NOT_LIST'],
    [{ Effect: 'Allow', Action: ['a:b:c'], NotAction: ['d:e:f'] }, 'ACTION_AND_NOT_ACTION'],
    [{ Effect: 'Allow', Action: ['a:b:c'], Resource: ['a:b'] }, 'RESOURCE_SERVICE'],
    [{ Effect: 'Allow', Action: ['a:b:c'], Resource: Array(11).fill('a:*:*:t:p') }, 'RESOURCE_COUNT'],
  ])('refuses the statement %j', (statement, reason) => {
    given(customPolicy).events([]).when(withStatement(statement)).thenFails(reason);
  });

  it('takes the form that names agencies', () => {
    const agencies = { Effect: 'Allow', Action: ['iam:agencies:assume'], Resource: { uri: ['/iam/agencies/07805acaba800fdd4fbdc00b8f888c7c'] } };
    const data = { ...created.data, policy: { Version: '1.1', Statement: [agencies] } };
    given(customPolicy).events([]).when(withStatement(agencies)).thenEvents([{ type: 'CustomPolicyCreated', data } as CustomPolicyEvent]);
  });
});

describe('changing a custom policy', () => {
  const update = { type: 'UpdateCustomPolicy', roleId: 'r1', domainId: 'd1' } as const;

  it('leaves alone what is not named', () => {
    given(customPolicy)
      .events([created])
      .when({ ...update, proposed: { ...nothing, description: 'Other' } })
      .thenEvents([{ type: 'CustomPolicyUpdated', data: { roleId: 'r1', ...content, description: 'Other' } }]);
  });

  it('holds to the rules of creating one', () => {
    given(customPolicy)
      .events([created])
      .when({ ...update, proposed: { ...nothing, type: 'AA' } })
      .thenFails('TYPE_NOT_CUSTOM');
  });

  it('of another account, of none or of one that was deleted is refused alike', () => {
    const deleted: CustomPolicyEvent = { type: 'CustomPolicyDeleted', data: { roleId: 'r1' } };
    given(customPolicy).events([created]).when({ ...update, domainId: 'd2', proposed }).thenFails('ROLE_UNKNOWN');
    given(customPolicy).events([]).when({ ...update, proposed }).thenFails('ROLE_UNKNOWN');
    given(customPolicy).events([created, deleted]).when({ ...update, proposed }).thenFails('ROLE_UNKNOWN');
  });
});

describe('deleting a custom policy', () => {
  const remove = { type: 'DeleteCustomPolicy', roleId: 'r1', domainId: 'd1', references: 0 } as const;

  it('that is granted to nobody deletes it', () => {
    given(customPolicy).events([created]).when(remove).thenEvents([{ type: 'CustomPolicyDeleted', data: { roleId: 'r1' } }]);
  });

  it('that is granted is refused: it may deny', () => {
    given(customPolicy).events([created]).when({ ...remove, references: 1 }).thenFails('CUSTOM_POLICY_IN_USE');
  });

  it('of another account is refused as if there were none', () => {
    given(customPolicy).events([created]).when({ ...remove, domainId: 'd2' }).thenFails('ROLE_UNKNOWN');
  });
});
