import { Glob } from './glob.js';

/** Old and new (v5) spellings of one action: a statement that has either allows, or denies, the operation. */
const FUNCTIONGRAPH_SPELLINGS: readonly (readonly [old: string, current: string])[] = [
  ['function:list', 'function:listFunctions'],
  ['function:create', 'function:createFunction'],
  ['function:delete', 'function:deleteFunction'],
  ['function:getConfig', 'function:getFunctionConfig'],
  ['function:getCode', 'function:getFunctionCode'],
  ['function:updateConfig', 'function:updateFunctionConfig'],
  ['function:updateCode', 'function:updateFunctionCode'],
  ['function:invoke', 'function:invokeFunction'],
  ['function:invokeAsync', 'function:invokeFunctionAsync'],
  ['function:createVersion', 'function:createFunctionVersion'],
  ['function:listVersion', 'function:listFunctionVersions'],
  ['function:createAlias', 'function:createFunctionAlias'],
  ['function:updateAlias', 'function:updateFunctionAlias'],
  ['function:deleteAlias', 'function:deleteFunctionAlias'],
  ['function:getAlias', 'function:getFunctionAlias'],
  ['function:listAlias', 'function:listFunctionAliases'],
  ['trigger:create', 'trigger:createFunctionTrigger'],
  ['trigger:delete', 'trigger:deleteFunctionTrigger'],
  ['trigger:get', 'trigger:getFunctionTrigger'],
  ['trigger:list', 'trigger:listSpecifiedFunctionTriggers'],
];

/** An older action that covers newer, narrower ones, but not the other way round. */
const COVERED_BY: readonly (readonly [narrow: string, broad: string])[] = [
  ['kms:dek:encrypt', 'kms:dek:crypto'],
  ['kms:dek:decrypt', 'kms:dek:crypto'],
];

const OTHER_SPELLINGS = new Map<string, readonly string[]>();
for (const [old, current] of FUNCTIONGRAPH_SPELLINGS) {
  addSpelling(`functiongraph:${old}`, `functiongraph:${current}`);
  addSpelling(`functiongraph:${current}`, `functiongraph:${old}`);
}
for (const [narrow, broad] of COVERED_BY) addSpelling(narrow, broad);

function addSpelling(action: string, other: string): void {
  const key = action.toLowerCase();
  OTHER_SPELLINGS.set(key, [...(OTHER_SPELLINGS.get(key) ?? []), other.toLowerCase()]);
}

type Segments = readonly [service: string, type: string, operation: string];

/** An action as it is looked for in statements: under every name it has. Case makes no difference. */
export type ActionSpellings = readonly Segments[];

/** `undefined` when the text is not `service:type:operation`. */
export function spellingsOf(action: string): ActionSpellings | undefined {
  const name = action.toLowerCase();
  const all = [name, ...(OTHER_SPELLINGS.get(name) ?? [])].map(segmentsOf);
  return all.every((segments) => segments !== undefined) ? all : undefined;
}

function segmentsOf(action: string): Segments | undefined {
  const [service, type, operation, ...more] = action.split(':');
  if (!service || !type || !operation || more.length > 0) return undefined;
  return [service, type, operation];
}

/** `service:type:operation` of a statement, where `*` may stand anywhere within a part. */
export class ActionPattern {
  private constructor(private readonly globs: readonly [Glob, Glob, Glob]) {}

  /** `undefined` when the text is no action. */
  static parse(text: string): ActionPattern | undefined {
    const segments = /^[A-Za-z0-9*:_.-]+$/.test(text) ? segmentsOf(text.toLowerCase()) : undefined;
    if (segments === undefined) return undefined;
    const [service, type, operation] = segments;
    return new ActionPattern([new Glob(service), new Glob(type), new Glob(operation)]);
  }

  matches(spellings: ActionSpellings): boolean {
    const [service, type, operation] = this.globs;
    return spellings.some((spelling) => service.matches(spelling[0]) && type.matches(spelling[1]) && operation.matches(spelling[2]));
  }
}
