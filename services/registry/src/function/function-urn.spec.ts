import fc from 'fast-check';
import { functionUrn, parseFunctionUrn, qualifierText, type Qualifier } from './function-urn.js';

const home = { region: 'local-1', projectId: 'p1' };
const here = { projectId: 'p1', package: 'default', name: 'hello' };

describe('a function URN', () => {
  it.each([
    ['hello', { kind: 'none' }],
    ['default:hello', { kind: 'none' }],
    ['p1:default:hello', { kind: 'none' }],
    ['p1:default:hello:latest', { kind: 'version', version: 'latest' }],
    ['p1:default:hello:!live', { kind: 'alias', alias: 'live' }],
    ['urn:fss:local-1:p1:function:default:hello', { kind: 'none' }],
    ['urn:fss:local-1:p1:function:default:hello:v1', { kind: 'version', version: 'v1' }],
    ['urn:fss:local-1:p1:function:default:hello:!live', { kind: 'alias', alias: 'live' }],
  ])('is read in the form %s', (urn, qualifier) => {
    expect(parseFunctionUrn(urn, home)).toEqual({ ...here, qualifier });
  });

  it.each(['', ':', 'a\0b', 'a:b:c:d:e', 'urn:fss:local-1:p1:workflow:default:hello', 'p1:default:hello:!', 'urn:fss:local-1:p1:function:default:hello:v:x'])(
    'is refused when malformed: %j',
    (urn) => {
      expect(() => parseFunctionUrn(urn, home)).toThrow(expect.objectContaining({ code: 'FSS.1309', kind: 'invalid' }));
    },
  );

  it.each(['p2:default:hello', 'urn:fss:local-1:p2:function:default:hello', 'urn:fss:elsewhere:p1:function:default:hello'])(
    'of another project or region is not found: %s',
    (urn) => {
      expect(() => parseFunctionUrn(urn, home)).toThrow(expect.objectContaining({ code: 'FSS.1051', kind: 'not_found' }));
    },
  );

  it('of any name reads back as it was written', () => {
    const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/);
    fc.assert(
      fc.property(word, word, word, (projectId, packageName, name) => {
        const of = { projectId, package: packageName, name };
        expect(parseFunctionUrn(functionUrn('r', of), { region: 'r', projectId })).toEqual({ ...of, qualifier: { kind: 'none' } });
      }),
    );
  });

  it('never fails with anything but a refusal, and never leaves the project', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('urn', 'fss', 'p1', 'p2', 'function', '!', 'x', ''), { maxLength: 9 }).map((p) => p.join(':'))), (urn) => {
        try {
          expect(parseFunctionUrn(urn, home).projectId).toBe('p1');
        } catch (error) {
          expect(['FSS.1309', 'FSS.1051']).toContain((error as { code?: string }).code);
        }
      }),
    );
  });

  it.each<[Qualifier, string]>([
    [{ kind: 'none' }, 'latest'],
    [{ kind: 'version', version: 'v1' }, 'v1'],
    [{ kind: 'alias', alias: 'live' }, '!live'],
  ])('%j ends in %s', (qualifier, text) => expect(qualifierText(qualifier)).toBe(text));
});
