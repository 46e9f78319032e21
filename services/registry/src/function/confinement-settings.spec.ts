import { readConfinement } from './confinement-settings.js';
import { USUAL_CONFINEMENT } from './function.state.js';

describe('how a function is shut in', () => {
  it.each([undefined, null, {}, { disable_public_network: false }, { disable_public_network: null, trigger_access_vpcs: null }, { trigger_access_vpcs: [] }])(
    'is the documented default, public access and the usual isolation, when it says nothing else: %j',
    (network_controller) => expect(readConfinement({ network_controller, enable_class_isolation: false }, 'standard')).toEqual(USUAL_CONFINEMENT),
  );

  it('is without the public network, or in the stronger class, when it says so', () => {
    expect(readConfinement({ network_controller: { disable_public_network: true, trigger_access_vpcs: [] } }, 'standard')).toEqual({ publicAccess: false, strongIsolation: false });
    expect(readConfinement({ enable_class_isolation: true }, 'standard')).toEqual({ publicAccess: true, strongIsolation: true });
  });

  it.each([[[]], ['off'], [{ disable_public_network: 'true' }], [{ disable_public_network: 1 }], [{ disable_public: true }], [{ trigger_access_vpcs: [{ vpc_id: 'v' }] }]])(
    'is refused rather than guessed: %j',
    (network_controller) =>
      expect(() => readConfinement({ network_controller }, 'standard')).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.0400', message: expect.stringContaining('network_controller') })),
  );

  it('is in the stronger class where its account demands that of all, and refused when it asks for less', () => {
    expect(readConfinement({}, 'strong')).toEqual({ publicAccess: true, strongIsolation: true });
    expect(readConfinement({ enable_class_isolation: true }, 'strong')).toEqual({ publicAccess: true, strongIsolation: true });
    expect(() => readConfinement({ enable_class_isolation: false }, 'strong')).toThrow(expect.objectContaining({ kind: 'forbidden', code: 'FSS.0403', reason: 'ISOLATION_DEMANDED' }));
  });
});
