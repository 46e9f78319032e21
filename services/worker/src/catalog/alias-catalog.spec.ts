import { AliasRule_Source, FunctionAlias } from '@windlass/contracts/registry/v1/catalog';
import { WindlassError } from '@windlass/errors';
import { exampleSpec } from '../testing/example-spec.js';
import { AliasCatalog } from './alias-catalog.js';
import { VersionFinder } from './version-finder.js';

const live = (revision: number, change: Partial<FunctionAlias> = {}): FunctionAlias =>
  FunctionAlias.fromPartial({ func_id: 'f1', name: 'live', revision, version: 'v1', ...change });

describe('the aliases a worker knows', () => {
  let calls: number;
  let answer: () => Promise<FunctionAlias>;
  let aliases: AliasCatalog;
  const choose = (revision = 0) => aliases.choose('f1', 'live', revision, []);

  beforeEach(() => {
    calls = 0;
    answer = async () => live(1);
    aliases = new AliasCatalog(() => {
      calls += 1;
      return answer();
    });
  });

  it('are asked for once, however many ask, and then known', async () => {
    expect(await Promise.all([choose(), choose()])).toEqual(['v1', 'v1']);
    expect(choose()).toBe('v1');
    expect(calls).toBe(1);
  });

  it('move with an event, at once and without asking', () => {
    aliases.learn(live(3, { version: 'v2' }));
    expect(choose()).toBe('v2');
    aliases.learn(live(2));
    expect(choose(3)).toBe('v2');
    expect(calls).toBe(0);
  });

  it('are asked for again when a request needs newer news, and only once for it', async () => {
    aliases.learn(live(1));
    answer = async () => live(4, { version: 'v2' });
    await expect(choose(4)).resolves.toBe('v2');
    await choose(6);
    expect(await choose(6)).toBe('v2');
    expect(calls).toBe(2);
  });

  it('are what a request needs, though an answer from before that is on its way', async () => {
    let arrive: (alias: FunctionAlias) => void = () => undefined;
    answer = () => new Promise((resolve) => (arrive = resolve));
    const [earlier, later] = [choose(), choose(2)];
    answer = async () => live(2, { version: 'v2' });
    arrive(live(1));
    await expect(earlier).resolves.toBe('v1');
    await expect(later).resolves.toBe('v2');
  });

  it('do not go back when an event overtakes an answer', async () => {
    answer = async () => {
      aliases.learn(live(5, { version: 'v2' }));
      return live(4);
    };
    await expect(choose()).resolves.toBe('v2');
  });

  it('send exactly their weight of the requests to the additional version', () => {
    aliases.learn(live(1, { additional_version: 'v2', weight: 30 }));
    const chosen = Array.from({ length: 1_000 }, () => choose());
    expect(chosen.filter((version) => version === 'v2')).toHaveLength(300);
  });

  it('send what their rules match to the additional version', () => {
    const rules = [{ source: AliasRule_Source.HEADER, name: 'X-Stage', values: ['beta'] }];
    aliases.learn(live(1, { additional_version: 'v2', rules }));
    expect(aliases.choose('f1', 'live', 0, [['x-stage', 'beta']])).toBe('v2');
    expect(choose()).toBe('v1');
    // A rule of a kind that this worker does not know matches nothing.
    aliases.learn(live(2, { additional_version: 'v2', rules: [{ source: 9 as AliasRule_Source, name: 'x', values: [''] }], any_rule: true }));
    expect(choose()).toBe('v1');
  });

  it('that were deleted are unknown without asking; those of a deleted function are asked for', async () => {
    aliases.learn(live(1));
    aliases.forget('f1', 'live', 2);
    await expect(choose()).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
    expect(calls).toBe(0);
    aliases.forgetFunction('f1');
    answer = () => Promise.reject(new WindlassError({ kind: 'not_found', reason: 'X', code: 'FSS.1051', message: 'x' }));
    await expect(choose()).rejects.toMatchObject({ outcome: { kind: 'FUNCTION_UNKNOWN' } });
    answer = () => Promise.reject(new WindlassError({ kind: 'unavailable', reason: 'X', code: 'x', message: 'x' }));
    await expect(choose()).rejects.toMatchObject({ outcome: { kind: 'CATALOG_UNAVAILABLE' } });
  });
});

describe('what a request runs', () => {
  const versions = { find: (_functionId: string, version: string) => exampleSpec({ version }) };

  it('is the version it names, or the one its alias chooses', async () => {
    const known = new VersionFinder(versions, { choose: () => 'v2' });
    expect(known.find('f1', 'v1', 0, [])).toMatchObject({ version: 'v1' });
    expect(known.find('f1', '!live', 0, [])).toMatchObject({ version: 'v2' });
    const asking = new VersionFinder(versions, { choose: async () => 'v3' });
    await expect(asking.find('f1', '!live', 0, [])).resolves.toMatchObject({ version: 'v3' });
  });
});
