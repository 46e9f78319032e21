import { readDescriptors } from '@windlass/contracts';
import fc from 'fast-check';
import { readOperations } from './read-operations.js';
import { RouteTable } from './route-table.js';

const operations = readOperations(readDescriptors());
const routes = new RouteTable(operations);

describe('the route table', () => {
  it('finds every operation by its own path, with what the path names', () => {
    fc.assert(
      fc.property(fc.constantFrom(...operations), fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 6, maxLength: 6 }), (operation, values) => {
        let next = 0;
        const expected: Record<string, string> = {};
        const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent((expected[name] = `x${values[next++]}`)));
        const route = routes.find(operation.method, path);
        expect(route?.operation.name).toBe(operation.name);
        expect(route?.variables).toEqual(expected);
      }),
    );
  });

  it.each([
    ['GET', '/v2/p/fgs/functions/urn:fss:r:p:function:default:f/config', 'ShowFunctionConfig'],
    ['GET', '/v2/p/fgs/functions/urn%3Afss%3Ar/config/', 'ShowFunctionConfig'],
    ['GET', '/v2/p/fgs/triggers/urn', 'ListFunctionTriggers'],
    ['GET', '/v2/p/fgs/triggers/urn/APIG/t1', 'ShowFunctionTrigger'],
    ['GET', '/v3/auth/projects', 'ListAuthProjects'],
  ])('%s %s is %s', (method, path, name) => {
    expect(routes.find(method, path)?.operation.name).toBe(name);
  });

  it.each(['', '/', '*', 'v3/projects', '//v3/projects', '/v3/projects//', '/v2//fgs/functions', '/v2/%ff/fgs/functions', '/V3/projects', '/v3/projects/x/y'])(
    'has nothing at "%s"',
    (path) => {
      expect(routes.find('GET', path)).toBeUndefined();
    },
  );

  it('is not led astray by any path', () => {
    fc.assert(fc.property(fc.string(), (path) => void routes.find('GET', path)));
  });
});
