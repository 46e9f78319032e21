import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { findVictoriaLogs, VictoriaLogsServer } from '@windlass/victorialogs-local';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { LoadedLines, type Loaded } from './logs/loaded-lines.js';
import { LogLines, seeded } from './logs/log-lines.js';
import { LogService } from './logs/log-service.js';
import { quantile } from './logs/quantile.js';

/** Lines in the searched stream. */
const LINES = Number(process.env.WINDLASS_BENCH_LOG_LINES ?? 10_000_000);
/** A folder in which what was loaded stays, and is used again; without it, it goes with the benchmark. */
const KEPT = process.env.WINDLASS_BENCH_LOG_FOLDER;
const SEARCHES = 40;
const LIMIT = 50;
const FILES_SEARCHED = 3;
const REACH_MS = 200;
const REACH_SIZE = 1.2;

export const name = 'log-search';
export const reach = `any word among 10,000,000 lines: p95 ≤ ${REACH_MS} ms; room ≤ ${REACH_SIZE} of the raw text`;
export const measures = `One word, newest lines first, ${LIMIT} at most, in a stream of ${LINES.toLocaleString('en')} generated lines (JSON and plain text; words by Zipf's law, an
id for each request) that came in over the event bus: ${SEARCHES} different words of each kind, one call after another over gRPC, as the edge calls. A
frequent word is among the 100 most frequent of 20,000, a rare one among the 5,000 rarest, an id stands in about five lines, an absent word in none. Beside it
\`grep -F\` and \`zgrep -F\` over the same lines in one file, for an id. Room is what the store has on disk for lines, their index and their bookkeeping, to the bytes of the text.
Both stores, the second beside a PostgreSQL that holds no lines.`;

interface Store {
  readonly name: string;
  readonly service: LogService;
  readonly folder: string;
  /** Bytes on disk. */
  readonly room: () => Promise<number>;
}

export async function run(bench: Bench): Promise<readonly Row[]> {
  const rows = await measured(await inPostgres(bench), true);
  const store = await inVictoriaLogs(bench);
  return [...rows, ...('lacking' in store ? [{ what: 'VictoriaLogs', measured: `skipped: ${store.lacking}` }] : await measured(store, false))];
}

async function inPostgres(bench: Bench): Promise<Store> {
  const folder = KEPT ?? bench.folder();
  const service = await LogService.prepare(bench, { dataFolder: folder });
  const room = async (): Promise<number> => {
    const [found] = await service.sql<{ bytes: string }>(`SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relnamespace = 'logs'::regnamespace AND relkind = 'r'`);
    return Number(found!.bytes);
  };
  return { name: 'PostgreSQL', service, folder, room };
}

async function inVictoriaLogs(bench: Bench): Promise<Store | { readonly lacking: string }> {
  const found = await findVictoriaLogs();
  if ('lacking' in found) return found;
  const folder = join(KEPT ?? bench.folder(), 'with-victorialogs');
  const dataDirectory = join(folder, 'victorialogs');
  mkdirSync(dataDirectory, { recursive: true });
  const server = await VictoriaLogsServer.start(found.program, { dataDirectory });
  bench.cleanup(() => server.stop());
  const service = await LogService.prepare(bench, { dataFolder: folder, environment: { WINDLASS_LOGS_VICTORIALOGS_URL: server.url } });
  const room = async (): Promise<number> => sizeOf(dataDirectory);
  return { name: 'VictoriaLogs', service, folder, room };
}

async function measured({ name: store, service, folder, room }: Store, withFiles: boolean): Promise<Row[]> {
  await service.start();
  const lines = new LoadedLines(folder, service, LINES, withFiles);
  const loaded = await lines.load();
  const searches = new Searches(service, loaded);
  const words = wordsOfEachKind(loaded);
  // Code, connections and caches are warm before it counts.
  for (const list of Object.values(words)) for (const word of list.slice(0, 3)) await searches.search(word);
  const rows: Row[] = [];
  const all: number[] = [];
  const told = (what: string, took: readonly number[]): Row => {
    const [p50, p95] = [quantile(took, 0.5), quantile(took, 0.95)];
    return { what: `${store}: ${what}`, measured: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`, reach: `p95 ≤ ${REACH_MS} ms`, met: p95 <= REACH_MS };
  };
  for (const [kind, list] of Object.entries(words)) {
    const took: number[] = [];
    for (const word of list) took.push((await searches.search(word)).ms);
    all.push(...took);
    rows.push(told(kind, took));
  }
  rows.unshift(told('any word, all kinds together', all));
  rows.push(...(await searches.counted(store, words)));
  if (withFiles) rows.push(...(await besideFiles(store, lines, searches, loaded)));
  const share = (await room()) / loaded.rawBytes;
  rows.push({ what: `${store}: room on disk`, measured: `${share.toFixed(2)} of the raw text (${gigabytes(share * loaded.rawBytes)} of ${gigabytes(loaded.rawBytes)})`, reach: `≤ ${REACH_SIZE}`, met: share <= REACH_SIZE });
  await service.stop();
  return rows;
}

function wordsOfEachKind({ samples }: Loaded): Record<string, string[]> {
  const random = seeded(99);
  const { words } = new LogLines(0);
  const among = <T>(list: readonly T[]): T[] => Array.from({ length: SEARCHES }, () => list[Math.floor(random() * list.length)]!);
  return {
    'a frequent word': among(words.slice(0, 100)),
    'a rare word': among(words.slice(-5_000)),
    'an id': among(samples),
    'an absent word': Array.from({ length: SEARCHES }, () => randomUUID()),
  };
}

class Searches {
  private readonly window: { readonly start_time: string; readonly end_time: string };

  constructor(
    private readonly service: LogService,
    private readonly loaded: Loaded,
  ) {
    this.window = { start_time: String(loaded.from - 3_600_000), end_time: String(Date.now()) };
  }

  async search(word: string): Promise<{ readonly ms: number; readonly contents: readonly string[] }> {
    const from = performance.now();
    const { logs, isQueryComplete } = await this.service.query(this.loaded.stream, { ...this.window, keywords: `"${word}"`, is_desc: true, limit: LIMIT });
    const ms = performance.now() - from;
    if (!isQueryComplete) throw new Error(`the search for ${word} ended early`);
    return { ms, contents: logs.map(({ content }) => content) };
  }

  /** How long it takes to count all hits by the hour. */
  async counted(store: string, words: Record<string, string[]>): Promise<Row[]> {
    const rows: Row[] = [];
    for (const [what, key_word] of [['all lines', ''], ['those with an id', words['an id']![0]!], ['those with a rare word', words['a rare word']![0]!], ['those with a frequent word', words['a frequent word']![0]!]] as const) {
      const from = performance.now();
      const { count, isQueryComplete } = await this.service.histogram(this.loaded.stream, { ...this.window, step_interval: 3_600_000, key_word });
      rows.push({ what: `${store}: histogram of ${what}`, measured: `${(performance.now() - from).toFixed(0)} ms, ${count.toLocaleString('en')} lines${isQueryComplete ? '' : ' (ended early and said so)'}` });
    }
    return rows;
  }
}

/** The same hits from the files: what people do without a log service. */
async function besideFiles(store: string, { textFile, gzipFile }: LoadedLines, searches: Searches, { samples }: Loaded): Promise<Row[]> {
  const took: Record<'grep' | 'zgrep' | 'search', number[]> = { grep: [], zgrep: [], search: [] };
  for (let turn = 0; turn < FILES_SEARCHED; turn += 1) {
    const id = samples[Math.floor((samples.length * (turn + 0.5)) / FILES_SEARCHED)]!;
    const { ms, contents } = await searches.search(id);
    took.search.push(ms);
    for (const [program, file] of [['grep', textFile], ['zgrep', gzipFile]] as const) {
      const from = performance.now();
      const found = await linesOf(program, ['-F', id, file]);
      took[program].push(performance.now() - from);
      if ([...found].sort().join('\n') !== [...contents].sort().join('\n')) throw new Error(`${program} finds ${found.length} lines with ${id}, and the search ${contents.length}`);
    }
  }
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  const ratio = (program: 'grep' | 'zgrep'): string => `${median(took[program]).toFixed(0)} ms, ${(median(took[program]) / median(took.search)).toFixed(0)} times the search in ${store}`;
  return [
    { what: 'an id by grep', measured: ratio('grep') },
    { what: 'an id by zgrep', measured: ratio('zgrep') },
  ];
}

function linesOf(program: string, words: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => (error === null ? resolve(stdout.split('\n').filter((line) => line !== '')) : reject(error)));
  });
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name: file }) => sum + statSync(join(parentPath, file)).size, 0);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}
