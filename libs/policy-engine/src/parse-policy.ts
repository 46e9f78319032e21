import { ActionPattern } from './action.js';
import { Condition, GLOBAL_KEYS, parseOperator } from './condition.js';
import { PolicyRefusal, type PolicyProblem } from './policy-problem.js';
import { parseResourceName, ResourcePattern } from './resource.js';
import type { Effect, Statement } from './statement.js';

export interface Policy {
  /** "1.0" is a role, "1.1" a fine-grained policy. */
  readonly version: string;
  readonly statements: readonly Statement[];
}

export interface PolicyLimits {
  readonly versions: readonly string[];
  /** Of the policy as compact JSON. */
  readonly characters: number;
  readonly statements: number;
  readonly actions: number;
  readonly actionLength: number;
  readonly resources: number;
  readonly agencyResources: number;
  readonly resourceLength: number;
  readonly conditions: number;
  readonly conditionValues: number;
  readonly conditionValueLength: number;
  readonly depends: number;
}

/** What a tenant may write. */
export const CUSTOM_POLICY: PolicyLimits = {
  versions: ['1.1'],
  characters: 6144,
  statements: 8,
  actions: 100,
  actionLength: 128,
  resources: 10,
  agencyResources: 20,
  resourceLength: 1500,
  conditions: 10,
  conditionValues: 10,
  conditionValueLength: 1024,
  depends: 0,
};

/** What the platform itself may write: roles and policies of the system. */
export const SYSTEM_POLICY: PolicyLimits = { ...CUSTOM_POLICY, versions: ['1.0', '1.1'], characters: 65_536, statements: 64, actions: 1000, depends: 20 };

export type ParsedPolicy = { readonly ok: true; readonly policy: Policy } | { readonly ok: false; readonly problem: PolicyProblem };

/** Reads a policy from its JSON value, whatever that is. Never throws. */
export function parsePolicy(json: unknown, { limits }: { readonly limits: PolicyLimits }): ParsedPolicy {
  try {
    return { ok: true, policy: new PolicyReader(limits).read(json) };
  } catch (error) {
    if (error instanceof PolicyRefusal) return { ok: false, problem: error.problem };
    throw error;
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

class PolicyReader {
  constructor(private readonly limits: PolicyLimits) {}

  read(json: unknown): Policy {
    if (!isObject(json)) throw new PolicyRefusal('IAM.1020', 'The policy must be a JSON object.');
    const length = lengthOf(json);
    if (length > this.limits.characters) {
      throw new PolicyRefusal('IAM.1021', `The policy has ${length} characters; it may have at most ${this.limits.characters}.`);
    }
    onlyKeys(json, ['Version', 'Statement', 'Depends'], 'the policy');
    const version = this.version(json['Version']);
    this.checkDepends(version, json['Depends']);
    const statements = json['Statement'];
    if (!Array.isArray(statements)) throw new PolicyRefusal('IAM.1027', 'Statement must be a list.');
    const count = this.limits.statements;
    if (statements.length === 0 || statements.length > count) {
      throw new PolicyRefusal('IAM.1028', `The policy has ${statements.length} statements; it must have 1 to ${count}.`);
    }
    return { version, statements: statements.map((statement, index) => this.statement(statement, `Statement[${index}]`)) };
  }

  private version(version: unknown): string {
    const { versions } = this.limits;
    if (typeof version === 'string' && versions.includes(version)) return version;
    if (versions.length === 1) throw new PolicyRefusal('IAM.1024', `Version must be "${versions[0]}".`);
    throw new PolicyRefusal('IAM.1026', `Version must be one of ${versions.map((each) => `"${each}"`).join(' and ')}.`);
  }

  /** Roles name others that the console grants along with them; that has no part in decisions. */
  private checkDepends(version: string, depends: unknown): void {
    if (depends === undefined) return;
    if (version !== '1.0' || this.limits.depends === 0) throw new PolicyRefusal('IAM.1025', 'A fine-grained policy has no Depends.');
    if (!Array.isArray(depends) || depends.length > this.limits.depends) {
      throw new PolicyRefusal('IAM.1058', `Depends must be a list of at most ${this.limits.depends} roles.`);
    }
    for (const role of depends) {
      if (!isObject(role)) throw new PolicyRefusal('IAM.1059', 'Each entry of Depends must be an object with catalog and display_name.');
      onlyKeys(role, ['catalog', 'display_name'], 'Depends');
      if (Object.values(role).some((value) => typeof value !== 'string')) throw new PolicyRefusal('IAM.1060', 'catalog and display_name must be strings.');
    }
  }

  private statement(json: unknown, at: string): Statement {
    if (!isObject(json)) throw new PolicyRefusal('IAM.1027', `${at} must be a JSON object.`);
    onlyKeys(json, ['Effect', 'Action', 'NotAction', 'Resource', 'Condition'], at);
    const { Effect: effect, Action: action, NotAction: notAction, Resource: resource, Condition: condition } = json;
    if (action !== undefined && notAction !== undefined) throw new PolicyRefusal('IAM.1031', `${at} has both Action and NotAction; only one is allowed.`);
    if (isObject(resource) && condition !== undefined) {
      throw new PolicyRefusal('IAM.1039', `${at} names agencies as {"uri":[...]} and has a Condition; write the resource as service:region:domain:type:path.`);
    }
    return {
      effect: effectOf(effect, at),
      actions: this.actions(action ?? notAction, at),
      excluding: notAction !== undefined,
      resources: resource === undefined ? undefined : this.resources(resource, at),
      conditions: condition === undefined ? [] : this.conditions(condition, at),
      source: json,
    };
  }

  private actions(json: unknown, at: string): readonly ActionPattern[] {
    if (!Array.isArray(json) || json.length === 0) throw new PolicyRefusal('IAM.1030', `${at} must have a list of actions as Action or NotAction.`);
    if (json.length > this.limits.actions) throw new PolicyRefusal('IAM.1033', `${at} has ${json.length} actions; it may have at most ${this.limits.actions}.`);
    return json.map((action: unknown) => {
      if (typeof action !== 'string') throw new PolicyRefusal('IAM.1030', `${at}: an action must be a string.`);
      if (action.length > this.limits.actionLength) {
        throw new PolicyRefusal('IAM.1034', `${at}: an action has ${action.length} characters; it may have at most ${this.limits.actionLength}.`);
      }
      const pattern = ActionPattern.parse(action);
      if (pattern === undefined) {
        throw new PolicyRefusal('IAM.1035', `${at}: the action ${JSON.stringify(action)} is not service:type:operation, of letters, digits, "_", "-", "." and "*".`);
      }
      return pattern;
    });
  }

  private resources(json: unknown, at: string): readonly ResourcePattern[] {
    if (isObject(json)) return this.agencies(json, at);
    if (!Array.isArray(json)) throw new PolicyRefusal('IAM.1049', `${at}: Resource must be a list, or an object {"uri":[...]} of agencies.`);
    if (json.length === 0 || json.length > this.limits.resources) {
      throw new PolicyRefusal('IAM.1040', `${at} has ${json.length} resources; it must have 1 to ${this.limits.resources}, or no Resource at all.`);
    }
    return json.map((resource: unknown) => resourcePattern(this.uri(resource, at), at));
  }

  /** The old form, which names agencies only. */
  private agencies(json: JsonObject, at: string): readonly ResourcePattern[] {
    onlyKeys(json, ['uri'], `${at}.Resource`);
    const uris = json['uri'];
    if (!Array.isArray(uris) || uris.length === 0 || uris.length > this.limits.agencyResources) {
      throw new PolicyRefusal('IAM.1037', `${at}: uri must be a list of 1 to ${this.limits.agencyResources} agencies.`);
    }
    return uris.map((json: unknown) => {
      const uri = this.uri(json, at);
      const path = /^\/iam\/agencies\/([0-9A-Za-z*]+)$/.exec(uri)?.[1];
      if (path === undefined) throw new PolicyRefusal('IAM.1038', `${at}: ${JSON.stringify(uri)} is not of the form /iam/agencies/<id>.`);
      return ResourcePattern.of({ service: 'iam', region: '*', domain: '*', type: 'agency', path });
    });
  }

  private uri(json: unknown, at: string): string {
    if (typeof json !== 'string' || json.trim() === '') throw new PolicyRefusal('IAM.1041', `${at}: a resource must be a string that is not empty.`);
    const { resourceLength } = this.limits;
    if (json.length > resourceLength) {
      throw new PolicyRefusal('IAM.1042', `${at}: a resource has ${json.length} characters; it may have at most ${resourceLength}.`);
    }
    return json;
  }

  private conditions(json: unknown, at: string): readonly Condition[] {
    if (!isObject(json)) throw new PolicyRefusal('IAM.1050', `${at}: Condition must be a JSON object of operators.`);
    const pairs = Object.entries(json).flatMap(([operator, keys]) => {
      if (!isObject(keys)) throw new PolicyRefusal('IAM.1051', `${at}: the operator ${JSON.stringify(operator)} must hold an object of condition keys.`);
      return Object.entries(keys).map(([key, values]) => ({ operator, key, values }));
    });
    if (pairs.length === 0 || pairs.length > this.limits.conditions) {
      throw new PolicyRefusal('IAM.1050', `${at} has ${pairs.length} conditions; it must have 1 to ${this.limits.conditions}, or no Condition at all.`);
    }
    return pairs.map((pair) => this.condition(pair, at));
  }

  private condition({ operator, key, values }: { operator: string; key: string; values: unknown }, at: string): Condition {
    const where = `${at}: ${operator} of ${JSON.stringify(key)}`;
    const parsed = parseOperator(operator);
    if (parsed === undefined) throw new PolicyRefusal('IAM.1051', `${at}: there is no operator ${JSON.stringify(operator)}.`);
    if (!isConditionKey(key)) {
      throw new PolicyRefusal('IAM.1052', `${at}: ${JSON.stringify(key)} is no condition key. It must be <service>:<name>, or one of ${GLOBAL_KEYS.join(', ')}.`);
    }
    if (!Array.isArray(values)) throw new PolicyRefusal('IAM.1053', `${where} must be a list.`);
    const { conditionValues, conditionValueLength } = this.limits;
    if (values.length === 0 || values.length > conditionValues) {
      throw new PolicyRefusal('IAM.1054', `${where} has ${values.length} values; it must have 1 to ${conditionValues}.`);
    }
    const expected = values.map((value: unknown) => {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw new PolicyRefusal('IAM.1057', `${where}: a value must be a string.`);
      const text = String(value);
      if (text === '' || text.length > conditionValueLength) {
        throw new PolicyRefusal('IAM.1056', `${where}: a value has ${text.length} characters; it must have 1 to ${conditionValueLength}.`);
      }
      if (/\p{Cc}/u.test(text)) throw new PolicyRefusal('IAM.1057', `${where}: a value has characters that do not show.`);
      return text;
    });
    const condition = Condition.of(parsed, key, expected);
    if (condition === undefined) throw new PolicyRefusal('IAM.1057', `${where}: a value is not of the kind that the operator compares.`);
    return condition;
  }
}

function effectOf(effect: unknown, at: string): Effect {
  const lower = typeof effect === 'string' ? effect.toLowerCase() : undefined;
  if (lower === 'allow' || lower === 'deny') return lower;
  throw new PolicyRefusal('IAM.1029', `${at}: Effect must be "Allow" or "Deny".`);
}

function resourcePattern(uri: string, at: string): ResourcePattern {
  const quoted = JSON.stringify(uri);
  const refuse = (code: PolicyRefusal['code'], problem: string): PolicyRefusal => new PolicyRefusal(code, `${at}: the resource ${quoted} ${problem}.`);
  if (/[\s\p{Cc}\p{Cf}]/u.test(uri)) throw refuse('IAM.1047', 'has blanks or characters that do not show');
  const name = parseResourceName(uri);
  if (name === undefined) throw refuse('IAM.1045', 'does not have the five parts service:region:domain:type:path');
  if (!/^[A-Za-z0-9*_-]+$/.test(name.service)) throw refuse('IAM.1045', 'names no service');
  if (name.region === '') throw refuse('IAM.1043', 'names no region; "*" means all');
  if (!/^[A-Za-z0-9*_-]+$/.test(name.region)) throw refuse('IAM.1044', 'names a region that cannot be one');
  if (!/^[A-Za-z0-9*_-]+$/.test(name.domain)) throw refuse('IAM.1047', 'names no account; "*" means your own');
  if (!/^[A-Za-z0-9*_-]+$/.test(name.type)) throw refuse('IAM.1046', 'names no type of resource');
  if (name.path === '') throw refuse('IAM.1048', 'has no path; "*" means all');
  return ResourcePattern.of(name);
}

/** A misspelt global key would make a Deny that never denies; keys of services are theirs to define. */
function isConditionKey(key: string): boolean {
  if (key.startsWith('g:')) return (GLOBAL_KEYS as readonly string[]).includes(key);
  return /^[A-Za-z][A-Za-z0-9_-]*:[A-Za-z0-9_./-]{1,128}$/.test(key);
}

function onlyKeys(object: JsonObject, known: readonly string[], at: string): void {
  const strange = Object.keys(object).find((key) => !known.includes(key));
  if (strange !== undefined) throw new PolicyRefusal('IAM.1059', `${at} has the unknown key ${JSON.stringify(strange)}; known are ${known.join(', ')}.`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lengthOf(json: JsonObject): number {
  try {
    return JSON.stringify(json)?.length ?? 0;
  } catch {
    // A cycle, or something else that never was JSON.
    throw new PolicyRefusal('IAM.1020', 'The policy must be a JSON object.');
  }
}
