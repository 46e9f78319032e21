import { isWindlassError } from '@windlass/errors';
import { CreateVersionAliasRequest, UpdateVersionAliasRequest } from '@windlass/contracts/registry/v1/alias_service';
import { ListFunctionsRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import fc from 'fast-check';
import { RegistryFixture, type Tenant } from '../testing/registry-fixture.js';

/** What a tenant may rely on, in the plainest words: what is there, and what is said to what cannot be. */
interface ModelFunction {
  memory: number;
  /** Newest last. */
  versions: { readonly name: string; readonly memory: number }[];
  readonly aliases: Map<string, string>;
  readonly tags: Map<string, string>;
}
type Model = Map<string, ModelFunction>;

const name = fc.constantFrom('one', 'two');
const version = fc.constantFrom('v1', 'v2', 'v3');
const alias = fc.constantFrom('live', 'next');
const step = fc.oneof(
  fc.record({ does: fc.constant('create' as const), name }),
  fc.record({ does: fc.constant('configure' as const), name, memory: fc.constantFrom(128, 256, 512) }),
  fc.record({ does: fc.constant('publish' as const), name, version }),
  fc.record({ does: fc.constant('point' as const), name, alias, version }),
  fc.record({ does: fc.constant('move' as const), name, alias, version }),
  fc.record({ does: fc.constant('drop alias' as const), name, alias }),
  fc.record({ does: fc.constant('drop version' as const), name, version }),
  fc.record({ does: fc.constant('tag' as const), name, key: fc.constantFrom('k1', 'k2'), value: fc.constantFrom('', 'x') }),
  fc.record({ does: fc.constant('delete' as const), name }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Outcome = 'done' | 'there already' | 'not there' | 'nothing new';

/** Changes the model as the step changes the registry, and says how it must end. */
function predict(model: Model, does: Step): readonly Outcome[] {
  const found = model.get(does.name);
  if (does.does === 'create') {
    if (found !== undefined) return ['there already'];
    model.set(does.name, { memory: 256, versions: [], aliases: new Map(), tags: new Map() });
    return ['done'];
  }
  if (found === undefined) return ['not there'];
  const published = (of: string): boolean => found.versions.some((one) => one.name === of);
  switch (does.does) {
    case 'configure':
      found.memory = does.memory;
      return ['done'];
    case 'publish': {
      const reasons: Outcome[] = [...(published(does.version) ? ['there already' as const] : []), ...(found.versions.at(-1)?.memory === found.memory ? ['nothing new' as const] : [])];
      if (reasons.length > 0) return reasons;
      found.versions.push({ name: does.version, memory: found.memory });
      return ['done'];
    }
    case 'point': {
      const reasons: Outcome[] = [...(found.aliases.has(does.alias) ? ['there already' as const] : []), ...(published(does.version) ? [] : ['not there' as const])];
      if (reasons.length > 0) return reasons;
      found.aliases.set(does.alias, does.version);
      return ['done'];
    }
    case 'move':
      if (!found.aliases.has(does.alias) || !published(does.version)) return ['not there'];
      found.aliases.set(does.alias, does.version);
      return ['done'];
    case 'drop alias':
      return found.aliases.delete(does.alias) ? ['done'] : ['not there'];
    case 'drop version':
      if (!published(does.version)) return ['not there'];
      found.versions = found.versions.filter((one) => one.name !== does.version);
      for (const [known, target] of found.aliases) if (target === does.version) found.aliases.delete(known);
      return ['done'];
    case 'tag':
      found.tags.set(does.key, does.value);
      return ['done'];
    case 'delete':
      model.delete(does.name);
      return ['done'];
    default:
      return does satisfies never;
  }
}

describe('the registry, whatever is asked of it and in whatever order', () => {
  let registry: RegistryFixture;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());

  function perform(tenant: Tenant, does: Step): Promise<unknown> {
    const as = tenant.metadata();
    const of = { project_id: tenant.project, function_urn: does.name };
    switch (does.does) {
      case 'create':
        return registry.create(tenant, { func_name: does.name });
      case 'configure':
        return registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...of, runtime: 'http', timeout: 30, handler: '-', memory_size: does.memory }), as);
      case 'publish':
        return registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of, version: does.version }), as);
      case 'point':
        return registry.aliases.createVersionAlias(CreateVersionAliasRequest.fromPartial({ ...of, name: does.alias, version: does.version }), as);
      case 'move':
        return registry.aliases.updateVersionAlias(UpdateVersionAliasRequest.fromPartial({ ...of, alias_name: does.alias, version: does.version }), as);
      case 'drop alias':
        return registry.aliases.deleteVersionAlias({ ...of, alias_name: does.alias }, as);
      case 'drop version':
        return registry.functions.deleteFunction({ ...of, function_urn: `urn:fss:local-1:${tenant.project}:function:default:${does.name}:${does.version}` }, as);
      case 'tag':
        return registry.tags.createTags({ project_id: tenant.project, resource_id: does.name, action: '', tags: [{ key: does.key, value: does.value }], sys_tags: [] }, as);
      case 'delete':
        return registry.functions.deleteFunction(of, as);
      default:
        return does satisfies never;
    }
  }

  const outcome = async (done: Promise<unknown>): Promise<Outcome> => {
    try {
      await done;
      return 'done';
    } catch (error) {
      if (!isWindlassError(error)) throw error;
      if (error.code === 'FSS.1016') return 'nothing new';
      if (error.kind === 'not_found') return 'not there';
      if (error.kind === 'conflict') return 'there already';
      throw error;
    }
  };

  /** All that the registry shows of the tenant, in the words of the model. */
  async function shown(tenant: Tenant): Promise<Model> {
    const as = tenant.metadata();
    const { functions } = await registry.functions.listFunctions(ListFunctionsRequest.fromPartial({ project_id: tenant.project }), as);
    const model: Model = new Map();
    for (const { func_name: known } of functions) {
      const of = { project_id: tenant.project, function_urn: known };
      const [latest, ...newestFirst] = (await registry.versions.listFunctionVersions({ ...of, marker: '', maxitems: '' }, as)).versions;
      const { aliases } = await registry.aliases.listVersionAliases(of, as);
      const { tags } = await registry.tags.listFunctionTags({ project_id: tenant.project, resource_id: known }, as);
      model.set(known, {
        memory: latest?.memory_size ?? 0,
        versions: newestFirst.reverse().map((one) => ({ name: one.version, memory: one.memory_size })),
        aliases: new Map(aliases.map((one) => [one.name, one.version])),
        tags: new Map(tags.map((tag) => [tag.key, tag.value ?? ''])),
      });
    }
    return model;
  }

  it('does what a simple model of it does, and counts what is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const [tenant, model]: [Tenant, Model] = [registry.tenant(), new Map()];
        for (const does of steps) {
          const expected = predict(model, does);
          expect({ does, outcome: await outcome(perform(tenant, does)) }).toEqual({ does, outcome: expect.stringMatching(new RegExp(`^(${expected.join('|')})$`)) });
        }
        expect(await shown(tenant)).toEqual(model);
        const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
        expect(quotas?.resources.find(({ type }) => type === 'fgs_func_num')?.used).toBe(model.size);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
