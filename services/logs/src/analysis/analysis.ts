import type { LogLine } from '../lines/index.js';
import { accumulatorOf, argumentOf, DistinctBudget, type Accumulator } from './aggregation.js';
import { analysisError, analysisTooLarge } from './analysis.errors.js';
import { compile, order, truth, type Evaluation, type Row } from './evaluate.js';
import { LineRow } from './line-row.js';
import { hasAggregate, isSameExpr, partsOf, type Aggregate, type Expr, type Select, type Value } from './select.js';

const DEFAULT_ROWS = 100;
const MOST_GROUPS = 50_000;
/** Characters of the rows that are held, those still to be sorted included. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

export type ResultRow = Readonly<Record<string, Value>>;

/** An analysis under way: takes the lines that were found, and has a table at the end. */
export interface Analysis {
  /** False when no further line can change the result. */
  add(line: LogLine): boolean;
  result(): ResultRow[];
}

/** Fails with LTS.0301 where the SELECT makes no sense. */
export function analyse(select: Select): Analysis {
  const outside = [...select.items.flatMap(({ of }) => (of === 'all fields' ? [] : [of])), ...select.orderBy.map(({ by }) => by), ...(select.having ? [select.having] : [])];
  if (select.groupBy.length > 0 || select.having !== undefined || outside.some(hasAggregate)) return new GroupedAnalysis(select, outside);
  return new PlainAnalysis(select);
}

/** Rows that are lines. */
class PlainAnalysis implements Analysis {
  private readonly where: Evaluation<LineRow> | undefined;
  private readonly columns: (readonly [string, Evaluation<LineRow>] | 'all fields')[];
  private readonly sorts: Evaluation<LineRow>[];
  private readonly limit: number;
  private rows: { readonly row: ResultRow; readonly keys: readonly Value[]; readonly characters: number }[] = [];
  private characters = 0;

  constructor(private readonly select: Select) {
    this.where = select.where && compile(select.where);
    this.columns = select.items.map(({ of, name }) => (of === 'all fields' ? of : ([name, compile<LineRow>(of)] as const)));
    this.sorts = select.orderBy.map(({ by }) => compile(by));
    this.limit = select.limit ?? DEFAULT_ROWS;
  }

  add(line: LogLine): boolean {
    const row = new LineRow(line);
    if (this.where !== undefined && truth(this.where(row)) !== true) return true;
    const selected: ResultRow = Object.assign({}, ...this.columns.map((column) => (column === 'all fields' ? row.all() : { [column[0]]: column[1](row) })));
    const characters = Object.values(selected).reduce<number>((sum, value) => sum + String(value).length, 0);
    this.rows.push({ row: selected, keys: this.sorts.map((key) => key(row)), characters });
    this.characters += characters;
    if (this.sorts.length === 0) {
      if (this.rows.length === this.limit) return false;
    } else if (this.rows.length >= Math.max(this.limit * 2, 1000) || this.characters > MOST_CHARACTERS) {
      // Twice as many as are wanted are held, and the worse half of them given up at a time.
      this.cut();
    }
    if (this.characters > MOST_CHARACTERS) throw analysisTooLarge(`its rows have more than ${MOST_CHARACTERS} characters. Select fewer fields, or LIMIT it to fewer rows.`);
    return true;
  }

  result(): ResultRow[] {
    this.cut();
    return this.rows.map(({ row }) => row);
  }

  private cut(): void {
    this.rows = this.rows.sort((a, b) => bySorts(this.select, a.keys, b.keys)).slice(0, this.limit);
    this.characters = this.rows.reduce((sum, { characters }) => sum + characters, 0);
  }
}

/** A group of lines: what they share, and what was gathered of them. */
class Group implements Row {
  constructor(
    readonly keys: readonly Value[],
    readonly accumulators: readonly Accumulator[],
  ) {}

  /** Fields outside of aggregates are parts of keys, which are answered before anybody asks here. */
  field(): Value {
    return null;
  }
}

/** Rows that are groups of lines. */
class GroupedAnalysis implements Analysis {
  private readonly where: Evaluation<LineRow> | undefined;
  private readonly keys: Evaluation<LineRow>[];
  private readonly aggregates: Aggregate[] = [];
  private readonly places: Expr[] = [];
  private readonly arguments: Evaluation<LineRow>[];
  private readonly groups = new Map<string, Group>();
  private readonly budget = new DistinctBudget();

  constructor(
    private readonly select: Select,
    outside: readonly Expr[],
  ) {
    const all = select.items.find(({ of }) => of === 'all fields');
    if (all !== undefined) throw analysisError('"*" selects lines, and these are groups; name what to select', 1);
    this.where = select.where && compile(select.where);
    this.keys = select.groupBy.map((key) => compile(key));
    for (const expr of outside) {
      this.gather(expr);
      this.requireGrouped(expr);
    }
    this.arguments = this.aggregates.map((aggregate) => argumentOf<LineRow>(aggregate, (expr) => compile(expr)));
    if (this.keys.length === 0) this.groups.set('', this.begin([]));
  }

  add(line: LogLine): boolean {
    const row = new LineRow(line);
    if (this.where !== undefined && truth(this.where(row)) !== true) return true;
    const keys = this.keys.map((key) => key(row));
    const name = keys.length === 0 ? '' : JSON.stringify(keys);
    let group = this.groups.get(name);
    if (group === undefined) {
      if (this.groups.size === MOST_GROUPS) throw analysisTooLarge(`GROUP BY came to more than ${MOST_GROUPS} groups. Group by what has fewer values, or narrow the search or the time.`);
      group = this.begin(keys);
      this.groups.set(name, group);
    }
    for (let place = 0; place < this.arguments.length; place += 1) group.accumulators[place]!.add(this.arguments[place]!(row));
    return true;
  }

  result(): ResultRow[] {
    const evaluate = (expr: Expr): Evaluation<Group> => compile<Group>(expr, (part) => this.ofGroup(part));
    const having = this.select.having && evaluate(this.select.having);
    const columns = this.select.items.map(({ of, name }) => [name, evaluate(of as Expr)] as const);
    const sorts = this.select.orderBy.map(({ by }) => evaluate(by));
    return [...this.groups.values()]
      .filter((group) => having === undefined || truth(having(group)) === true)
      .map((group) => ({ row: Object.fromEntries(columns.map(([name, of]) => [name, of(group)])), keys: sorts.map((key) => key(group)) }))
      .sort((a, b) => bySorts(this.select, a.keys, b.keys))
      .slice(0, this.select.limit ?? DEFAULT_ROWS)
      .map(({ row }) => row);
  }

  private begin(keys: readonly Value[]): Group {
    return new Group(keys, this.aggregates.map((aggregate) => accumulatorOf(aggregate, this.budget)));
  }

  private ofGroup(expr: Expr): Evaluation<Group> | undefined {
    const key = this.select.groupBy.findIndex((candidate) => isSameExpr(candidate, expr));
    if (key >= 0) return (group) => group.keys[key]!;
    const place = expr.kind === 'aggregate' ? this.places.findIndex((candidate) => isSameExpr(candidate, expr)) : -1;
    return place < 0 ? undefined : (group) => group.accumulators[place]!.result;
  }

  /** Aggregates that say the same are gathered once. */
  private gather(expr: Expr): void {
    if (expr.kind !== 'aggregate') return partsOf(expr).forEach((part) => this.gather(part));
    if (this.places.some((other) => isSameExpr(other, expr))) return;
    this.places.push(expr);
    this.aggregates.push(expr.aggregate);
  }

  private requireGrouped(expr: Expr): void {
    if (this.select.groupBy.some((key) => isSameExpr(key, expr)) || expr.kind === 'aggregate') return;
    if (expr.kind === 'field') throw analysisError(`"${expr.name}" differs from line to line of a group: put it into GROUP BY or into an aggregate`, expr.at);
    partsOf(expr).forEach((part) => this.requireGrouped(part));
  }
}

function bySorts({ orderBy }: Select, a: readonly Value[], b: readonly Value[]): number {
  for (let place = 0; place < orderBy.length; place += 1) {
    const difference = order(a[place]!, b[place]!);
    if (difference !== 0) return orderBy[place]!.descending ? -difference : difference;
  }
  return 0;
}
