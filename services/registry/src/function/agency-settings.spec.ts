import { executionAgency, readAgencies } from './agency-settings.js';
import { NO_AGENCIES } from './function.state.js';
import { aFunction } from './testing/a-function.js';

const fields = { xrole: '', app_xrole: '' };

describe('the agencies of a function', () => {
  it('are none when nothing names one', () => {
    expect(readAgencies(fields)).toEqual(NO_AGENCIES);
    expect(readAgencies({ ...fields, enable_auth_in_header: false })).toEqual(NO_AGENCIES);
  });

  it('are one for its configuration and one for its execution, which is the same one unless said', () => {
    const agencyOf = (given: Partial<typeof fields>): string => executionAgency({ ...aFunction().settings, agencies: readAgencies({ ...fields, ...given }) });
    expect(agencyOf({ xrole: 'a', app_xrole: 'b' })).toBe('b');
    expect(agencyOf({ xrole: 'a' })).toBe('a');
    expect(agencyOf({ app_xrole: 'b' })).toBe('b');
    expect(agencyOf({})).toBe('');
  });

  it.each(['x'.repeat(65), 'a\0b', 'a\r\nX-Header: b'])('have names: %j is refused', (name) => {
    for (const field of ['xrole', 'app_xrole']) {
      expect(() => readAgencies({ ...fields, [field]: name })).toThrow(expect.objectContaining({ code: 'FSS.1021', message: expect.stringContaining(`${field} is`) }));
    }
  });
});
