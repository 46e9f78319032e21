import { given } from '@windlass/event-store/testing';
import { enterpriseProject, type EnterpriseProjectCommand, type EnterpriseProjectEvent } from './enterprise-project.decider.js';

const record = { id: 'e1', domainId: 'd1', name: 'shop', description: '', type: 'prod' as const };
const create: EnterpriseProjectCommand = { type: 'CreateEnterpriseProject', id: 'e1', domainId: 'd1', name: 'shop', description: '', projectType: 'prod' };
const created: EnterpriseProjectEvent = { type: 'EnterpriseProjectCreated', data: record };
const disabled: EnterpriseProjectEvent = { type: 'EnterpriseProjectDisabled', data: { id: 'e1' } };
const enabled: EnterpriseProjectEvent = { type: 'EnterpriseProjectEnabled', data: { id: 'e1' } };
const deleted: EnterpriseProjectEvent = { type: 'EnterpriseProjectDeleted', data: { id: 'e1' } };

describe('an enterprise project', () => {
  it('is created enabled, and disabled and enabled again', () => {
    given(enterpriseProject).events([]).when(create).thenEvents([created]);
    given(enterpriseProject).events([created]).when({ type: 'DisableEnterpriseProject' }).thenEvents([disabled]);
    given(enterpriseProject).events([created, disabled]).when({ type: 'EnableEnterpriseProject' }).thenEvents([enabled]);
    given(enterpriseProject).events([created, disabled]).when({ type: 'DisableEnterpriseProject' }).thenEvents([]);
  });

  it('is deleted when it is disabled, and then not there', () => {
    given(enterpriseProject).events([created]).when({ type: 'DeleteEnterpriseProject' }).thenFails('ENTERPRISE_PROJECT_ENABLED');
    given(enterpriseProject).events([created, disabled]).when({ type: 'DeleteEnterpriseProject' }).thenEvents([deleted]);
    given(enterpriseProject).events([created, disabled, deleted]).when({ type: 'EnableEnterpriseProject' }).thenFails('ENTERPRISE_PROJECT_UNKNOWN');
    given(enterpriseProject).events([]).when({ type: 'DeleteEnterpriseProject' }).thenFails('ENTERPRISE_PROJECT_UNKNOWN');
  });

  it('changes what is named and keeps the rest', () => {
    given(enterpriseProject)
      .events([created])
      .when({ type: 'ChangeEnterpriseProject', description: 'sells' })
      .thenEvents([{ type: 'EnterpriseProjectChanged', data: { ...record, description: 'sells' } }]);
    given(enterpriseProject).events([created]).when({ type: 'ChangeEnterpriseProject', name: 'shop' }).thenEvents([]);
    given(enterpriseProject).events([created, disabled]).when({ type: 'ChangeEnterpriseProject', projectType: 'poc' }).thenState({ ...record, type: 'poc', status: 'disabled' });
  });

  it.each([
    [{ name: '' }, 'NAME_INVALID'],
    [{ name: 'my-DeFault-1' }, 'NAME_INVALID'],
    [{ name: 'shоp' }, 'NAME_INVALID'], // a Cyrillic "о"
    [{ name: 'x'.repeat(256) }, 'NAME_INVALID'],
    [{ description: 'x'.repeat(513) }, 'DESCRIPTION_INVALID'],
    [{ projectType: 'test' }, 'TYPE_INVALID'],
  ])('is refused with %j', (change, reason) => {
    given(enterpriseProject).events([]).when({ ...create, ...change }).thenFails(reason);
    given(enterpriseProject).events([created]).when({ type: 'ChangeEnterpriseProject', ...change }).thenFails(reason);
  });
});
