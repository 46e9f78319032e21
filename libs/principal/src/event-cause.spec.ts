import { Principal } from '@windlass/contracts/iam/v1/principal';
import { eventCauseOf } from './event-cause.js';

const principal = Principal.fromPartial({ domain_id: 'd1', user_id: 'u1', user_name: 'ann', access_key: 'AK1' });

describe('the cause of an event', () => {
  it('is who acted, from where and by which request', () => {
    expect(eventCauseOf({ principal, requestId: 'r1', sourceAddress: '192.0.2.1', userAgent: 'curl/8' })).toEqual({
      actor: 'u1',
      actorName: 'ann',
      actorDomain: 'd1',
      accessKey: 'AK1',
      requestId: 'r1',
      sourceAddress: '192.0.2.1',
      userAgent: 'curl/8',
    });
  });

  it('leaves out what is not known', () => {
    expect(eventCauseOf({ principal: { ...principal, user_name: '', access_key: '' }, requestId: 'r1', sourceAddress: '', userAgent: '' })).toEqual({
      actor: 'u1',
      actorDomain: 'd1',
      requestId: 'r1',
    });
  });
});
