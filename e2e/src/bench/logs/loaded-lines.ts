import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { LogLines, seeded } from './log-lines.js';
import { packLines, type LogService, type PackedLines, type Stream, type TimedLine } from './log-service.js';

/** Lines are made and written so many at a time. Each piece has a seed of its own, so loading goes on where it was broken off. */
const PIECE = 250_000;
const AT_A_TIME = 16_000;
/** Batches that may wait on the bus, so that what is loaded stays bounded there. */
const MOST_BEHIND = 2_000;
/** Ten million lines fill a day. */
const APART_MS = 8.64;
const BEGINS_BEFORE_MS = 24 * 3_600_000;
const SAMPLES_A_PIECE = 20;

export interface Loaded {
  readonly stream: Stream;
  readonly pieces: number;
  /** When the first line was written, in milliseconds since the epoch. */
  readonly from: number;
  /** Of the lines' texts. */
  readonly rawBytes: number;
  /** Request ids from everywhere among the lines, a few of each piece. */
  readonly samples: readonly string[];
}

/** Lines in the log service, and the same lines in a file for those who search files. */
export class LoadedLines {
  readonly textFile: string;
  readonly gzipFile: string;
  private readonly stateFile: string;

  constructor(
    private readonly folder: string,
    private readonly service: LogService,
    private readonly lines: number,
    /** Whether to write the files too. */
    private readonly withFiles: boolean,
  ) {
    mkdirSync(folder, { recursive: true });
    [this.textFile, this.gzipFile, this.stateFile] = ['lines.log', 'lines.log.gz', 'loaded.json'].map((name) => join(folder, name)) as [string, string, string];
  }

  /** Loads what is not there yet. */
  async load(): Promise<Loaded> {
    let loaded = existsSync(this.stateFile) ? (JSON.parse(readFileSync(this.stateFile, 'utf8')) as Loaded) : await this.begin();
    const pieces = Math.ceil(this.lines / PIECE);
    const before = loaded.pieces;
    while (loaded.pieces < pieces) {
      loaded = await this.loadPiece(loaded);
      if (loaded.pieces % 4 === 0) console.log(`  ${(loaded.pieces * PIECE).toLocaleString('en')} lines are loaded`);
    }
    if (before < pieces) await this.service.settle();
    if (this.withFiles && (before < pieces || !existsSync(this.gzipFile))) {
      await pipeline(createReadStream(this.textFile), createGzip(), createWriteStream(this.gzipFile));
    }
    return loaded;
  }

  private async begin(): Promise<Loaded> {
    if (this.withFiles) writeFileSync(this.textFile, '');
    return { stream: await this.service.newStream(), pieces: 0, from: Date.now() - BEGINS_BEFORE_MS, rawBytes: 0, samples: [] };
  }

  private async loadPiece(loaded: Loaded): Promise<Loaded> {
    const source = new LogLines(1_000 + loaded.pieces);
    const choose = seeded(loaded.pieces);
    const from = loaded.from + APART_MS * PIECE * loaded.pieces;
    const samples = new Set(Array.from({ length: SAMPLES_A_PIECE }, () => Math.floor(choose() * PIECE)));
    const ids: string[] = [];
    const text = createWriteStream(this.withFiles ? this.textFile : '/dev/null', { flags: 'a' });
    let rawBytes = 0;
    for (let done = 0; done < PIECE; done += AT_A_TIME) {
      const lines: TimedLine[] = [];
      for (let place = done; place < Math.min(done + AT_A_TIME, PIECE); place += 1) {
        const milliseconds = Math.floor(from + APART_MS * place);
        const line = source.next(milliseconds);
        if (samples.has(place)) ids.push(line.labels['request_id']!);
        lines.push({ milliseconds, ...line });
      }
      const written = lines.map(({ content }) => content).join('\n') + '\n';
      rawBytes += Buffer.byteLength(written);
      if (!text.write(written)) await once(text, 'drain');
      await this.publish(packLines(loaded.stream, lines));
    }
    await new Promise((resolve) => text.end(resolve));
    await this.service.taken();
    const next: Loaded = { ...loaded, pieces: loaded.pieces + 1, rawBytes: loaded.rawBytes + rawBytes, samples: [...loaded.samples, ...ids] };
    writeFileSync(this.stateFile, JSON.stringify(next));
    return next;
  }

  private async publish(packed: PackedLines): Promise<void> {
    await this.service.publish(packed);
    if ((await this.service.behind()) > MOST_BEHIND) await this.service.taken();
  }
}
