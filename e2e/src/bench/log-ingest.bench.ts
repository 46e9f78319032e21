import { setTimeout as delay } from 'node:timers/promises';
import { findVictoriaLogs, VictoriaLogsServer } from '@windlass/victorialogs-local';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { LogLines } from './logs/log-lines.js';
import { LINES_A_BATCH, LogService, packLines, renewed, type PackedLines, type Stream, type TimedLine } from './logs/log-service.js';
import { quantile } from './logs/quantile.js';

const LINES = Number(process.env.WINDLASS_BENCH_LOG_INGEST_LINES ?? 1_000_000);
const STREAMS = 8;
const REACH_LINES = 50_000;
const AIM_LINES = 100_000;
const REACH_VISIBLE_MS = 1_000;
const REACH_MOVED = 1.2;
const PACED_BATCHES = 100;
const PACED_EVERY_MS = 50;
const FLOOD_BEHIND = 64;
const FLOOD_BATCHES = 32;
const FLOOD_PUBLISHES = 6;
const ROUNDS = 3;

export const name = 'log-ingest';
export const reach = `≥ ${REACH_LINES} lines/s from the bus to searchable rows, aim ${AIM_LINES}; write to searchable p99 ≤ ${REACH_VISIBLE_MS} ms; a flood of another moves it ≤ 20 %`;
export const measures = `Lines from the event bus to searchable rows in each of the stores, log service, bus, database and store on one machine: first ${LINES.toLocaleString('en')} generated lines of ${STREAMS} streams
that already wait on the bus, in batches of ${LINES_A_BATCH} as workers ship them; then a quarter as many that are published meanwhile, from the same
machine. Then tenant B publishes a batch of 20 lines every ${PACED_EVERY_MS} ms, and the time counts from the call that publishes it to the first search, one after
another, that shows its last line: alone, and while tenant A publishes as fast as the log service takes it; in turns, ${ROUNDS} rounds.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  const rows = await measured('PostgreSQL', await LogService.prepare(bench));
  const found = await findVictoriaLogs();
  if ('lacking' in found) return [...rows, { what: 'VictoriaLogs', measured: `skipped: ${found.lacking}` }];
  const server = await VictoriaLogsServer.start(found.program);
  bench.cleanup(() => server.stop());
  return [...rows, ...(await measured('VictoriaLogs', await LogService.prepare(bench, { environment: { WINDLASS_LOGS_VICTORIALOGS_URL: server.url } })))];
}

async function measured(store: string, service: LogService): Promise<Row[]> {
  await service.start();
  const streams: Stream[] = [];
  for (let count = 0; count < STREAMS; count += 1) streams.push(await service.newStream());
  const rows = [await waiting(service, streams), await meanwhile(service, streams)];
  await service.settle();
  rows.push(...(await visible(service, streams[0]!, streams[1]!)));
  await service.stop();
  return rows.map((row) => ({ ...row, what: `${store}: ${row.what}` }));
}

/** Lines that wait on the bus before the service starts. */
async function waiting(service: LogService, streams: readonly Stream[]): Promise<Row> {
  await service.stop();
  const made = new MadeLines(1);
  for (let published = 0; published < LINES; ) published += await made.publish(service, streams);
  await service.start();
  const all = await service.behind();
  const from = performance.now();
  await service.taken();
  const seconds = (performance.now() - from) / 1000;
  await requireLast(service, made);
  return speedRow('lines that wait on the bus', (all * LINES_A_BATCH) / seconds);
}

/** Lines that are published while the service takes them. */
async function meanwhile(service: LogService, streams: readonly Stream[]): Promise<Row> {
  const made = new MadeLines(2);
  const packed: PackedLines[] = [];
  for (let count = 0; count < LINES / 4; ) {
    const next = made.next(streams);
    packed.push(...next);
    count += next.reduce((sum, { length }) => sum + length * LINES_A_BATCH, 0);
  }
  const from = performance.now();
  for (const each of packed) await service.publish(each);
  await service.taken();
  const seconds = (performance.now() - from) / 1000;
  await requireLast(service, made);
  return speedRow('lines that are published meanwhile', (packed.reduce((sum, { length }) => sum + length, 0) * LINES_A_BATCH) / seconds);
}

function speedRow(what: string, speed: number): Row {
  return { what, measured: `${Math.round(speed).toLocaleString('en')} lines/s`, reach: `≥ ${REACH_LINES.toLocaleString('en')} lines/s`, met: speed >= REACH_LINES };
}

/** Makes lines for all streams in turns, so that none has to wait for another. */
class MadeLines {
  private readonly source: LogLines;
  /** The stream that got lines last, and the last of them. */
  last: { readonly stream: Stream; readonly content: string } | undefined;

  constructor(seed: number) {
    this.source = new LogLines(seed);
  }

  next(streams: readonly Stream[]): PackedLines[] {
    return streams.map((stream) => {
      const lines = this.lines(4 * LINES_A_BATCH);
      this.last = { stream, content: lines.at(-1)!.content };
      return packLines(stream, lines);
    });
  }

  lines(count: number): TimedLine[] {
    const milliseconds = Date.now();
    return Array.from({ length: count }, () => ({ milliseconds, ...this.source.next(milliseconds) }));
  }

  async publish(service: LogService, streams: readonly Stream[]): Promise<number> {
    const packed = this.next(streams);
    await service.publish(packed.flat());
    return packed.reduce((sum, { length }) => sum + length * LINES_A_BATCH, 0);
  }
}

async function requireLast(service: LogService, { last }: MadeLines): Promise<void> {
  const { logs } = await service.query(last!.stream, { ...window(), is_desc: true, limit: 1 });
  if (logs[0]?.content !== last!.content) throw new Error('the last line that was published is not the newest one found');
}

function window(): { readonly start_time: string; readonly end_time: string } {
  return { start_time: String(Date.now() - 24 * 3_600_000), end_time: String(Date.now() + 60_000) };
}

async function visible(service: LogService, flooded: Stream, watched: Stream): Promise<Row[]> {
  const alone = (): Promise<number[]> => writeToSearchable(service, watched);
  const flood = new Flood(service, flooded);
  const beside = async (): Promise<number[]> => {
    flood.start();
    try {
      return await writeToSearchable(service, watched);
    } finally {
      await flood.stop();
    }
  };
  await alone();
  const rounds = await interleaved({ alone, beside }, ROUNDS);
  const p99 = (side: 'alone' | 'beside'): number => medianOf(rounds, (round) => quantile(round[side], 0.99));
  const p50 = (side: 'alone' | 'beside'): number => medianOf(rounds, (round) => quantile(round[side], 0.5));
  const moved = medianOf(rounds, (round) => quantile(round.beside, 0.99) / quantile(round.alone, 0.99));
  const told = (side: 'alone' | 'beside'): string => `p50 ${p50(side).toFixed(0)} ms, p99 ${p99(side).toFixed(0)} ms`;
  return [
    { what: 'write to searchable', measured: told('alone'), reach: `p99 ≤ ${REACH_VISIBLE_MS} ms`, met: p99('alone') <= REACH_VISIBLE_MS },
    { what: 'the same while another tenant floods', measured: `${told('beside')}: p99 ${moved.toFixed(2)} of alone`, reach: `≤ ${REACH_MOVED} of alone`, met: moved <= REACH_MOVED },
  ];
}

/** Publishes at fixed times and searches without a pause; how long each batch took until a search showed its last line. */
async function writeToSearchable(service: LogService, stream: Stream): Promise<number[]> {
  const made = new LogLines(Date.now() % 1_000_000);
  const published = new Map<string, number>();
  const took: number[] = [];
  const publishing = (async () => {
    await delay(PACED_EVERY_MS);
    const begin = performance.now();
    for (let turn = 0; turn < PACED_BATCHES; turn += 1) {
      const early = begin + turn * PACED_EVERY_MS - performance.now();
      if (early > 0) await delay(early);
      const milliseconds = Date.now();
      const lines = Array.from({ length: 20 }, () => ({ milliseconds, ...made.next(milliseconds) }));
      published.set(lines.at(-1)!.content, performance.now());
      await service.publish(packLines(stream, lines));
    }
  })();
  const end = performance.now() + PACED_BATCHES * PACED_EVERY_MS + 60_000;
  let [newest] = (await service.query(stream, { ...window(), is_desc: true, limit: 1 })).logs;
  while (took.length < PACED_BATCHES && performance.now() < end) {
    const { logs } = await service.query(stream, { ...window(), ...(newest ? { line_num: newest.line_num } : {}), limit: 500 });
    const now = performance.now();
    newest = logs.at(-1) ?? newest;
    for (const { content } of logs) {
      const from = published.get(content);
      if (from === undefined) continue;
      published.delete(content);
      took.push(now - from);
    }
  }
  await publishing;
  if (took.length < PACED_BATCHES) throw new Error(`${PACED_BATCHES - took.length} batches never became searchable`);
  return took;
}

/** Has a tenant write as much as the service takes; what it writes is made before, so that making it delays nobody. */
class Flood {
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private readonly packed: readonly PackedLines[];

  constructor(
    private readonly service: LogService,
    stream: Stream,
  ) {
    const made = new MadeLines(3);
    this.packed = Array.from({ length: FLOOD_PUBLISHES }, () => packLines(stream, made.lines(FLOOD_BATCHES * LINES_A_BATCH)));
  }

  start(): void {
    this.stopped = false;
    this.running = (async () => {
      for (let turn = 0; !this.stopped; turn += 1) {
        await this.service.publish(renewed(this.packed[turn % this.packed.length]!));
        while (!this.stopped && (await this.service.behind()) > FLOOD_BEHIND) await delay(20);
      }
      await this.service.taken();
    })();
  }

  stop(): Promise<void> {
    this.stopped = true;
    return this.running;
  }
}
