import { analysisError } from './analysis.errors.js';
import { lexSelect, type Lexeme } from './select-lexer.js';
import { hasAggregate, SCALARS, type Aggregate, type CompareOperator, type Expr, type ScalarName, type Select, type SelectItem } from './select.js';

const MOST_ITEMS = 50;
const MOST_PARTS = 500;
const DEEPEST_NESTING = 32;
export const MOST_ROWS = 5000;

const CLAUSES = new Set(['from', 'where', 'group', 'having', 'order', 'limit', 'as', 'asc', 'desc', 'and', 'or', 'not', 'in', 'like', 'is', 'between', 'by']);
const COMPARE: Readonly<Record<string, CompareOperator>> = { '=': '=', '!=': '!=', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const MEMBERSHIPS = new Set(['in', 'like', 'between']);
const AGGREGATES = new Set(['count', 'sum', 'avg', 'min', 'max', 'percentile', 'approx_percentile']);

/**
 * Parses an analysis:
 *
 *     SELECT item {"," item} [FROM log] [WHERE condition] [GROUP BY expr {"," expr}] [HAVING condition]
 *       [ORDER BY expr [ASC | DESC] {"," ...}] [LIMIT number]
 *     item = "*" | expr [[AS] name]
 *
 * with `count(*)`, `count(x)`, `count(distinct x)`, `sum`, `avg`, `min`, `max` and `percentile(x, share)`, the functions of `SCALARS`,
 * arithmetic, comparisons, `LIKE`, `IN`, `BETWEEN`, `IS NULL`, `AND`, `OR`, `NOT`. GROUP BY and ORDER BY take names and places
 * of items too. `before` says how many characters stand before it. Throws nothing but a WindlassError with code LTS.0301.
 */
export function parseSelect(source: string, before = 0): Select {
  return new Parser(lexSelect(source, before)).parse();
}

class Parser {
  private position = 0;
  private parts = 0;

  constructor(private readonly lexemes: readonly Lexeme[]) {}

  parse(): Select {
    this.keyword('select', 'an analysis begins with SELECT');
    const items = this.items();
    if (this.skip('from')) this.fromLog();
    const where = this.skip('where') ? this.plain('WHERE', this.expr(0)) : undefined;
    const groupBy = this.by('group') ? this.list(() => this.plain('GROUP BY', this.item(items, this.expr(0)))) : [];
    const having = this.skip('having') ? this.expr(0) : undefined;
    const orderBy = this.by('order') ? this.list(() => ({ by: this.item(items, this.expr(0)), descending: this.direction() })) : [];
    const limit = this.skip('limit') ? this.limit() : undefined;
    if (this.next.kind !== 'end') throw analysisError(`${this.shown()} was not expected here`, this.next.at);
    return { items, where, groupBy, having, orderBy, limit };
  }

  private items(): SelectItem[] {
    const { at } = this.next;
    const items = this.list(() => this.selected());
    if (items.length > MOST_ITEMS) throw analysisError(`it selects ${items.length} columns, and at most ${MOST_ITEMS} are allowed`, at);
    return items;
  }

  private selected(): SelectItem {
    if (this.symbol('*')) return { of: 'all fields', name: '*' };
    const begins = this.position;
    const of = this.expr(0);
    const ends = this.position;
    const asked = this.skip('as');
    const { next } = this;
    if ((next.kind === 'word' && !CLAUSES.has(next.text.toLowerCase())) || next.kind === 'name') {
      this.position += 1;
      return { of, name: next.text };
    }
    if (asked) throw analysisError('a name was expected after AS', next.at);
    return { of, name: of.kind === 'field' ? of.name : this.lexemes.slice(begins, ends).map(textOf).join('') };
  }

  /** There is one table, whatever it is called. */
  private fromLog(): void {
    if (this.next.kind !== 'word' && this.next.kind !== 'name') throw analysisError('"log" was expected after FROM', this.next.at);
    this.position += 1;
  }

  /** An item by its name or place, or else the expression itself. */
  private item(items: readonly SelectItem[], expr: Expr): Expr {
    const named = expr.kind === 'field' ? items.find(({ name, of }) => name === expr.name && of !== 'all fields') : undefined;
    if (named !== undefined) return named.of as Expr;
    if (expr.kind !== 'literal' || typeof expr.value !== 'number') return expr;
    const placed = items[expr.value - 1]?.of;
    if (placed === undefined || placed === 'all fields') throw analysisError(`there is no column ${expr.value}`, expr.at);
    return placed;
  }

  private plain(clause: string, expr: Expr): Expr {
    if (hasAggregate(expr)) throw analysisError(`${clause} looks at single lines and takes no aggregates${clause === 'WHERE' ? '; HAVING does' : ''}`, expr.at);
    return expr;
  }

  private direction(): boolean {
    if (this.skip('desc')) return true;
    this.skip('asc');
    return false;
  }

  private limit(): number {
    const { next } = this;
    if (next.kind !== 'number' || !Number.isInteger(next.value) || next.value < 1 || next.value > MOST_ROWS) {
      throw analysisError(`LIMIT takes a number from 1 to ${MOST_ROWS}`, next.at);
    }
    this.position += 1;
    return next.value;
  }

  private expr(depth: number): Expr {
    if (depth > DEEPEST_NESTING) throw analysisError(`it nests deeper than ${DEEPEST_NESTING}`, this.next.at);
    let left = this.conjunction(depth);
    while (this.skip('or')) left = this.part({ kind: 'or', left, right: this.conjunction(depth), at: left.at });
    return left;
  }

  private conjunction(depth: number): Expr {
    let left = this.negation(depth);
    while (this.skip('and')) left = this.part({ kind: 'and', left, right: this.negation(depth), at: left.at });
    return left;
  }

  private negation(depth: number): Expr {
    const { at } = this.next;
    let negated = false;
    while (this.skip('not')) negated = !negated;
    const of = this.comparison(depth);
    return negated ? this.part({ kind: 'not', of, at }) : of;
  }

  private comparison(depth: number): Expr {
    const left = this.sum(depth);
    const { at } = left;
    const operator = this.next.kind === 'symbol' ? COMPARE[this.next.text] : undefined;
    if (operator !== undefined) {
      this.position += 1;
      return this.part({ kind: 'compare', operator, left, right: this.sum(depth), at });
    }
    if (this.skip('is')) {
      const negated = this.skip('not');
      this.keyword('null', 'NULL was expected after IS');
      const test = this.part({ kind: 'is null', of: left, at });
      return negated ? this.part({ kind: 'not', of: test, at }) : test;
    }
    const negated = MEMBERSHIPS.has(this.wordAt(1)) && this.skip('not');
    const test = this.membership(left, depth);
    return test !== undefined && negated ? this.part({ kind: 'not', of: test, at }) : (test ?? left);
  }

  private membership(of: Expr, depth: number): Expr | undefined {
    const { at } = of;
    if (this.skip('like')) {
      const { next } = this;
      if (next.kind !== 'text') throw analysisError("LIKE takes a text, such as 'GET %'", next.at);
      this.position += 1;
      return this.part({ kind: 'like', of, pattern: next.text, at });
    }
    if (this.skip('in')) {
      this.open();
      const among = this.list(() => this.sum(depth + 1));
      this.close();
      return this.part({ kind: 'in', of, among, at });
    }
    if (this.skip('between')) {
      const low = this.sum(depth);
      this.keyword('and', 'AND was expected between the bounds of BETWEEN');
      const high = this.sum(depth);
      return this.part({ kind: 'and', left: { kind: 'compare', operator: '>=', left: of, right: low, at }, right: { kind: 'compare', operator: '<=', left: of, right: high, at }, at });
    }
    return undefined;
  }

  private sum(depth: number): Expr {
    let left = this.product(depth);
    for (let operator = this.symbol('+', '-'); operator !== undefined; operator = this.symbol('+', '-')) {
      left = this.part({ kind: 'arithmetic', operator, left, right: this.product(depth), at: left.at });
    }
    return left;
  }

  private product(depth: number): Expr {
    let left = this.factor(depth);
    for (let operator = this.symbol('*', '/', '%'); operator !== undefined; operator = this.symbol('*', '/', '%')) {
      left = this.part({ kind: 'arithmetic', operator, left, right: this.factor(depth), at: left.at });
    }
    return left;
  }

  private factor(depth: number): Expr {
    const { next } = this;
    const { at } = next;
    if (this.symbol('-')) {
      if (depth > DEEPEST_NESTING) throw analysisError(`it nests deeper than ${DEEPEST_NESTING}`, at);
      return this.part({ kind: 'arithmetic', operator: '-', left: { kind: 'literal', value: 0, at }, right: this.factor(depth + 1), at });
    }
    if (this.symbol('(')) {
      const inner = this.expr(depth + 1);
      this.close();
      return inner;
    }
    switch (next.kind) {
      case 'number':
        this.position += 1;
        return this.part({ kind: 'literal', value: next.value, at });
      case 'text':
        this.position += 1;
        return this.part({ kind: 'literal', value: next.text, at });
      case 'name':
        this.position += 1;
        return this.part({ kind: 'field', name: next.text, at });
      case 'word':
        return this.word(next.text, at, depth);
      default:
        throw analysisError(`a field, a number or a text was expected${next.kind === 'end' ? '' : `, not ${this.shown()}`}`, at);
    }
  }

  private word(text: string, at: number, depth: number): Expr {
    const name = text.toLowerCase();
    if (CLAUSES.has(name)) throw analysisError(`a field, a number or a text was expected, not ${this.shown()}`, at);
    this.position += 1;
    if (this.symbol('(')) return this.call(name, at, depth);
    if (name === 'null') return this.part({ kind: 'literal', value: null, at });
    if (name === 'true' || name === 'false') return this.part({ kind: 'literal', value: name === 'true', at });
    return this.part({ kind: 'field', name: text, at });
  }

  private call(name: string, at: number, depth: number): Expr {
    if (AGGREGATES.has(name)) return this.part({ kind: 'aggregate', aggregate: this.aggregate(name, at, depth), at });
    if (!Object.hasOwn(SCALARS, name)) throw analysisError(`there is no function "${name}"; there are ${[...AGGREGATES, ...Object.keys(SCALARS)].join(', ')}`, at);
    const of = this.list(() => this.expr(depth + 1));
    this.close();
    const [least, most] = SCALARS[name as ScalarName];
    if (of.length < least || of.length > most) throw analysisError(`${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${of.length}`, at);
    return this.part({ kind: 'call', name: name as ScalarName, of, at });
  }

  private aggregate(name: string, at: number, depth: number): Aggregate {
    if (name === 'count' && this.symbol('*')) {
      this.close();
      return { name: 'count', of: 'lines' };
    }
    const distinct = this.skip('distinct');
    if (distinct && name !== 'count') throw analysisError('DISTINCT stands in count alone', at);
    const of = this.expr(depth + 1);
    if (hasAggregate(of)) throw analysisError('an aggregate stands in no other one', of.at);
    if (name === 'percentile' || name === 'approx_percentile') {
      if (!this.symbol(',')) throw analysisError(`${name} takes a share too, such as ${name}(duration, 0.99)`, this.next.at);
      const { next } = this;
      if (next.kind !== 'number' || next.value > 1) throw analysisError(`the share of ${name} is a number from 0 to 1`, next.at);
      this.position += 1;
      this.close();
      return { name: 'percentile', of, share: next.value };
    }
    this.close();
    return { name: distinct ? 'count distinct' : (name as 'count' | 'sum' | 'avg' | 'min' | 'max'), of };
  }

  private list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.symbol(',')) all.push(one());
    return all;
  }

  private part(expr: Expr): Expr {
    this.parts += 1;
    if (this.parts > MOST_PARTS) throw analysisError(`it has more than ${MOST_PARTS} parts`, expr.at);
    return expr;
  }

  private by(word: string): boolean {
    if (!this.skip(word)) return false;
    this.keyword('by', `BY was expected after ${word.toUpperCase()}`);
    return true;
  }

  private open(): void {
    if (!this.symbol('(')) throw analysisError('"(" was expected', this.next.at);
  }

  private close(): void {
    if (!this.symbol(')')) throw analysisError('")" was expected', this.next.at);
  }

  private get next(): Lexeme {
    return this.lexemes[this.position] ?? { kind: 'end', at: 0 };
  }

  private shown(): string {
    return `"${textOf(this.next)}"`;
  }

  /** The word that comes so many lexemes on, in lower case. */
  private wordAt(ahead: number): string {
    const lexeme = this.lexemes[this.position + ahead];
    return lexeme?.kind === 'word' ? lexeme.text.toLowerCase() : '';
  }

  private skip(word: string): boolean {
    if (this.wordAt(0) !== word) return false;
    this.position += 1;
    return true;
  }

  private keyword(word: string, complaint: string): void {
    if (!this.skip(word)) throw analysisError(complaint, this.next.at);
  }

  private symbol<S extends string>(...wanted: S[]): S | undefined {
    const { next } = this;
    if (next.kind !== 'symbol' || !wanted.includes(next.text as S)) return undefined;
    this.position += 1;
    return next.text as S;
  }
}

function textOf(lexeme: Lexeme): string {
  switch (lexeme.kind) {
    case 'number':
      return String(lexeme.value);
    case 'end':
      return '';
    default:
      return lexeme.text;
  }
}
