import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { WindlassError } from '@windlass/errors';
import { exampleSpec } from '../testing/example-spec.js';
import { FunctionCatalog } from './function-catalog.js';

describe('the catalog', () => {
  let calls: number;
  let answer: () => Promise<FunctionSpec>;
  let superseded: [string, string, number][];
  let catalog: FunctionCatalog;
  const put = (revision: number, version = 'latest') => catalog.learn({ functionId: 'f1', version, revision, removed: false, reserved: 0 });
  const remove = (revision: number, version = '') => catalog.learn({ functionId: 'f1', version, revision, removed: true, reserved: 0 });

  beforeEach(() => {
    calls = 0;
    superseded = [];
    answer = async () => exampleSpec();
    const fetch = (): Promise<FunctionSpec> => {
      calls += 1;
      return answer();
    };
    catalog = new FunctionCatalog(fetch, { superseded: (...change) => void superseded.push(change) });
  });

  it('asks once for an unknown function, however many ask, and then answers at once', async () => {
    await Promise.all([catalog.find('f1', 'latest', 0), catalog.find('f1', 'latest', 0)]);
    expect(catalog.find('f1', 'latest', 1)).toMatchObject({ func_id: 'f1' });
    expect(calls).toBe(1);
  });

  it('asks again when a request needs a newer revision, and only once for it', async () => {
    await catalog.find('f1', 'latest', 0);
    await catalog.find('f1', 'latest', 2);
    await catalog.find('f1', 'latest', 2);
    expect(calls).toBe(2);
  });

  it('asks again when an event announced a newer revision', async () => {
    await catalog.find('f1', 'latest', 0);
    answer = async () => exampleSpec({ revision: 2 });
    put(2);
    await expect(catalog.find('f1', 'latest', 0)).resolves.toMatchObject({ revision: 2 });
    expect(superseded).toContainEqual(['f1', 'latest', 2]);
  });

  it('is not moved by old or repeated events', async () => {
    answer = async () => exampleSpec({ revision: 5 });
    await catalog.find('f1', 'latest', 0);
    put(5);
    put(4);
    expect(catalog.find('f1', 'latest', 0)).toMatchObject({ revision: 5 });
  });

  it('knows a removed function as unknown without asking, all its versions with it', async () => {
    await catalog.find('f1', 'latest', 0);
    remove(9);
    await expect(catalog.find('f1', 'latest', 0)).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
    await expect(catalog.find('f1', 'v1', 3)).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
    put(3);
    await expect(catalog.find('f1', 'latest', 3)).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
    expect(calls).toBe(1);
    expect(superseded.at(-1)).toEqual(['f1', '', Infinity]);
  });

  it('does not bring a removed function back with an answer from before its end', async () => {
    answer = async () => {
      remove(9);
      return exampleSpec({ revision: 3 });
    };
    await catalog.find('f1', 'latest', 0);
    await expect(catalog.find('f1', 'latest', 0)).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
  });

  it('gives a request the revision it needs, though an answer from before that is on its way', async () => {
    let arrive: (spec: FunctionSpec) => void = () => undefined;
    answer = () => new Promise((resolve) => (arrive = resolve));
    const [earlier, later] = [catalog.find('f1', 'latest', 0), catalog.find('f1', 'latest', 2)];
    answer = async () => exampleSpec({ revision: 2 });
    arrive(exampleSpec({ revision: 1 }));
    await expect(earlier).resolves.toMatchObject({ revision: 1 });
    await expect(later).resolves.toMatchObject({ revision: 2 });
  });

  it('tells a function that does not exist from a registry that does not answer', async () => {
    const fail = (kind: 'not_found' | 'unavailable') => () =>
      Promise.reject(new WindlassError({ kind, reason: 'X', code: 'FSS.1051', message: 'x' }));
    answer = fail('not_found');
    await expect(catalog.find('f1', 'latest', 0)).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
    answer = fail('unavailable');
    await expect(catalog.find('f1', 'latest', 0)).rejects.toMatchObject({ outcome: { kind: 'CATALOG_UNAVAILABLE' } });
  });
});
