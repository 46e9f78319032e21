/** Which of an alias' requests go to its additional version. */
export type Share =
  | { readonly kind: 'weight'; /** Of the requests, a whole number from 0 to 100. */ readonly percent: number }
  | { readonly kind: 'rules'; readonly rules: readonly RoutingRule[]; readonly match: 'all' | 'any' };

export interface RoutingRule {
  readonly source: 'header' | 'cookie';
  /** Of a header in any letter case, of a cookie exactly. */
  readonly name: string;
  /** The rule matches when the field has one of these values. */
  readonly values: readonly string[];
}

/** What an alias points to. */
export interface AliasTargets {
  readonly version: string;
  readonly additional?: { readonly version: string; readonly share: Share };
}

/** The header fields of a request, in the order they came. */
export type RequestFields = Iterable<readonly [name: string, value: string]>;

/**
 * The version that a request to an alias goes to. `turn` counts the requests of the alias from 0 on, whole numbers; with a
 * weight, nothing else decides. Rules that are empty match nothing: what they do not match goes to the main version.
 */
export function chooseVersion({ version, additional }: AliasTargets, turn: number, fields: RequestFields): string {
  if (additional === undefined) return version;
  const { share } = additional;
  const extra = share.kind === 'weight' ? isExtraTurn(turn, share.percent) : matches(share, fields);
  return extra ? additional.version : version;
}

/**
 * Whether this turn is one of the `percent` of 100. The turns are spread evenly: of any n in a row, `n * percent / 100` are
 * chosen, give or take less than one. So no run of requests sees another mix than what was asked for.
 */
export function isExtraTurn(turn: number, percent: number): boolean {
  // The mix repeats every 100 turns, and the remainder keeps the products exact however long a process runs.
  const position = turn % 100;
  return Math.floor(((position + 1) * percent) / 100) > Math.floor((position * percent) / 100);
}

function matches({ rules, match }: Extract<Share, { kind: 'rules' }>, fields: RequestFields): boolean {
  if (rules.length === 0) return false;
  const all = [...fields];
  return match === 'all' ? rules.every((rule) => holds(rule, all)) : rules.some((rule) => holds(rule, all));
}

function holds({ source, name, values }: RoutingRule, fields: readonly (readonly [string, string])[]): boolean {
  const found = source === 'header' ? valuesOf(fields, name.toLowerCase()) : cookiesOf(fields, name);
  return found.some((value) => values.includes(value));
}

function valuesOf(fields: readonly (readonly [string, string])[], lowerCaseName: string): string[] {
  return fields.filter(([name]) => name.toLowerCase() === lowerCaseName).map(([, value]) => value.trim());
}

/** Values as they were sent (RFC 6265, section 5.4): quotes are part of them, and nothing is decoded. */
function cookiesOf(fields: readonly (readonly [string, string])[], name: string): string[] {
  const pairs = valuesOf(fields, 'cookie').flatMap((line) => line.split(';'));
  return pairs.flatMap((pair) => {
    const separator = pair.indexOf('=');
    return separator > 0 && pair.slice(0, separator).trim() === name ? [pair.slice(separator + 1).trim()] : [];
  });
}
