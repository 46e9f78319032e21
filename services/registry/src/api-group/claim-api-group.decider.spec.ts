import { given } from '@windlass/event-store/testing';
import { claimApiGroup } from './claim-api-group.decider.js';

const mine = { groupId: 'g', domainId: 'd1', projectId: 'p1' };

describe('an API group', () => {
  it('belongs to the project that uses it first', () => {
    given(claimApiGroup).events([]).when(mine).thenEvents([{ type: 'ApiGroupClaimed', data: mine }]);
  });

  it('may be used again by its project, and is not there for others', () => {
    const claimed = { type: 'ApiGroupClaimed', data: mine } as const;
    given(claimApiGroup).events([claimed]).when(mine).thenEvents([]);
    given(claimApiGroup).events([claimed]).when({ ...mine, projectId: 'p2' }).thenFails('API_GROUP_NOT_FOUND');
  });
});
