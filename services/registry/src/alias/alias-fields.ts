import type { VersionStrategy, VersionStrategyRule } from '@windlass/contracts/registry/v1/alias_service';
import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';
import type { AdditionalVersion, WrittenRule } from './alias.state.js';

/** What creating and changing an alias have in common. */
export interface AliasFields {
  readonly description: string;
  readonly additional_version_weights: { readonly [version: string]: number };
  readonly additional_version_strategy: { readonly [version: string]: VersionStrategy };
}

const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/;
const PARAM = /^[A-Za-z0-9_-]{1,128}$/;
const LONGEST_DESCRIPTION = 512;
const LONGEST_VALUE = 1024;
const MOST_RULES = 10;

export function isAliasName(name: string): boolean {
  return NAME.test(name);
}

/** The documented rule for names of aliases; FSS.1014 otherwise. */
export function requireAliasName(name: string): string {
  if (isAliasName(name)) return name;
  throw refusal(
    'invalid',
    'FSS.1014',
    'ALIAS_NAME_INVALID',
    `The alias ${JSON.stringify(name.slice(0, 80))} is not valid. Use 1 to 64 letters, digits, hyphens and underscores, beginning with a letter and ending with a letter or digit.`,
  );
}

/** FSS.1019 when it is too long. */
export function readAliasDescription(description: string): string {
  if (description.length <= LONGEST_DESCRIPTION && !description.includes('\0')) return description;
  throw refusal('invalid', 'FSS.1019', 'DESCRIPTION_TOO_LONG', `description has ${description.length} characters; ${LONGEST_DESCRIPTION} are allowed.`);
}

/** The additional version of a request: by weight, by rules, or none. FSS.1091 for more than one, FSS.1092 for no percentage. */
export function readAdditionalVersion(fields: AliasFields): AdditionalVersion | undefined {
  const weights = Object.entries(fields.additional_version_weights);
  const strategies = Object.entries(fields.additional_version_strategy);
  if (weights.length > 0 && strategies.length > 0) throw notOne('Give additional_version_weights or additional_version_strategy, not both.');
  if (weights.length > 1 || strategies.length > 1) throw notOne('An alias has one additional version at most.');
  const [weight] = weights;
  if (weight !== undefined) return readWeight(...weight);
  const [strategy] = strategies;
  return strategy === undefined ? undefined : readStrategy(...strategy);
}

function readWeight(version: string, percent: number): AdditionalVersion {
  if (percent > 100) {
    throw refusal('invalid', 'FSS.1092', 'ADDITIONAL_WEIGHT_INVALID', `The weight of ${JSON.stringify(version.slice(0, 80))} is ${percent}. Use 0 to 100, percent of the requests.`);
  }
  return { kind: 'weight', version, percent };
}

function readStrategy(version: string, { rules, combine_type: combineType }: VersionStrategy): AdditionalVersion {
  if (!/^(?:and|or)?$/i.test(combineType)) throw badRule(`combine_type is ${JSON.stringify(combineType.slice(0, 60))}. Use and or or.`);
  if (rules.length > MOST_RULES) throw badRule(`There are ${rules.length} rules; ${MOST_RULES} are allowed.`);
  return { kind: 'rules', version, combineType, rules: rules.map(readRule) };
}

function readRule({ rule_type, param, op, value }: VersionStrategyRule): WrittenRule {
  if (!/^(?:header|cookie)$/i.test(rule_type)) throw badRule(`rule_type is ${JSON.stringify(rule_type.slice(0, 60))}. Use header or cookie.`);
  if (op !== '=' && op !== 'in') throw badRule(`op is ${JSON.stringify(op.slice(0, 60))}. Use = or in.`);
  if (!PARAM.test(param)) throw badRule(`param is ${JSON.stringify(param.slice(0, 80))}. It has 1 to 128 letters, digits, hyphens and underscores.`);
  if (value.length > LONGEST_VALUE || /\p{Cc}/u.test(value)) throw badRule(`value has at most ${LONGEST_VALUE} characters, and no control characters.`);
  return { rule_type, param, op, value };
}

function notOne(message: string): WindlassError {
  return refusal('invalid', 'FSS.1091', 'ADDITIONAL_VERSION_INVALID', message);
}

function badRule(message: string): WindlassError {
  return refusal('invalid', 'FSS.0400', 'ALIAS_RULE_INVALID', message);
}
