import { serviceTrust, trustsFunctionService, type Trust } from './trust.js';

describe('the trust of an agency', () => {
  it.each(['op_svc_cff', 'functiongraph'])('in "%s" is trust in the function service, under a lasting id', (name) => {
    const trust = serviceTrust(name);
    expect(trust).toEqual({ kind: 'service', domainId: expect.stringMatching(/^[0-9a-f]{32}$/), name });
    expect(serviceTrust(name)).toEqual(trust);
    expect(trustsFunctionService(trust as Trust)).toBe(true);
  });

  it('in another service is not', () => {
    expect(trustsFunctionService(serviceTrust('op_svc_ecs') as Trust)).toBe(false);
  });

  it.each(['', 'acme', 'op_svc_', 'op_svc_1', 'op_svc_a b', `op_svc_${'a'.repeat(33)}`, 'OP_SVC_CFF', 'functiongraph2'])('in "%s" is not trust in a service', (name) => {
    expect(serviceTrust(name)).toBeUndefined();
  });

  it('in an account that is named as the service is not trust in the service', () => {
    expect(trustsFunctionService({ kind: 'account', domainId: 'd1', name: 'functiongraph' })).toBe(false);
  });
});
