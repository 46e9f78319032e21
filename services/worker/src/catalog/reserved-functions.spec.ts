import { setImmediate as turn } from 'node:timers/promises';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { exampleSpec } from '../testing/example-spec.js';
import { ReservedFunctions } from './reserved-functions.js';

describe('functions with reserved instances', () => {
  const kept: FunctionSpec[] = [];
  const active = new Set(['d1']);
  let answer: () => FunctionSpec | Promise<FunctionSpec>;
  let functions: ReservedFunctions;
  const known = (changes: object = {}) => ({ functionId: 'f1', version: 'latest', revision: 1, removed: false, reserved: 2, ...changes });
  const spec = exampleSpec({ reserved_instances: 2 });

  beforeEach(() => {
    kept.splice(0);
    answer = () => spec;
    functions = new ReservedFunctions({ find: () => answer(), keep: (found) => void kept.push(found), mayRun: (domainId) => active.has(domainId) });
  });
  afterEach(() => functions.close());

  const looked = async (): Promise<FunctionSpec[]> => {
    functions.look();
    for (let count = 0; count < 5; count += 1) await turn();
    return kept.splice(0);
  };

  it('are kept from the moment they are known', async () => {
    functions.learn(known());
    expect(await looked()).toEqual([spec]);
  });

  it('are asked for again while the registry does not answer', async () => {
    functions.learn(known());
    answer = () => Promise.reject(new Error('down'));
    expect(await looked()).toEqual([]);
    answer = () => Promise.resolve(spec);
    expect(await looked()).toEqual([spec]);
  });

  it.each([
    ['none are reserved any more', { reserved: 0, revision: 2 }],
    ['the version is removed', { removed: true, revision: 2 }],
    ['the function is removed', { removed: true, revision: 2, version: '' }],
  ])('are not kept when %s', async (_, change) => {
    functions.learn(known());
    functions.learn(known(change));
    expect(await looked()).toEqual([]);
  });

  it('are not kept for an account that may not run anything, and again when it may', async () => {
    functions.learn(known());
    active.delete('d1');
    expect(await looked()).toEqual([]);
    active.add('d1');
    expect(await looked()).toEqual([spec]);
  });
});
