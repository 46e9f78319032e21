import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import { createLogger } from '@windlass/telemetry';
import { encodeBatch, type ShippedBatch } from '../shipped-batch.js';
import { SpoolRoom } from './spool-room.js';
import { Spool } from './spool.js';

const logger = createLogger('test', { level: 'silent' });

function batch(content: string): ShippedBatch {
  return encodeBatch(LogBatch.fromPartial({ batch_id: randomUUID(), log_stream_id: 's', lines: [{ time_unix_nano: '1', content, labels: {} }] }));
}

describe('the spool', () => {
  let directory: string;
  const room = (ofAll = 1e9, ofAccount = 1e9) => new SpoolRoom(ofAll, ofAccount);
  const files = () => (existsSync(directory) ? readdirSync(directory).sort() : []);
  const idsOf = (batches: readonly ShippedBatch[]) => batches.map(({ id }) => id);

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'windlass-spool-')), 'account-a');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

  it('gives batches back in order, those of an earlier process too, and leaves no file when all are shipped', async () => {
    const batches = Array.from({ length: 10 }, (_, nth) => batch(`${nth}`));
    const spool = new Spool(directory, room(), logger);
    expect([spool.isEmpty, files()]).toEqual([true, []]);
    expect(await spool.append(batches.slice(0, 4))).toBe(4);
    expect(await spool.append(batches.slice(4, 8))).toBe(4);
    expect(idsOf(await spool.oldest(3))).toEqual(idsOf(batches.slice(0, 3)));
    expect(await spool.shipped(3)).toBe(3);
    await spool.close();

    const again = await Spool.open(directory, room(), logger);
    await again.append(batches.slice(8));
    // What was shipped of a file that is not done comes again, with the same ids.
    expect(await again.oldest(100)).toEqual(batches);
    expect(await again.shipped(9)).toBe(9);
    expect(idsOf(await again.oldest(5))).toEqual(idsOf(batches.slice(9)));
    expect(await again.shipped(5)).toBe(1);
    expect([again.isEmpty, files()]).toEqual([true, []]);
    await again.close();
  });

  it('passes over what a crash cut short, and nothing else', async () => {
    const [one, two, three] = [batch('1'), batch('2'), batch('3')];
    const spool = new Spool(directory, room(), logger);
    await spool.append([one, two]);
    await spool.close();
    const path = join(directory, files()[0]!);
    const whole = readFileSync(path);
    for (let cut = 1; cut < two.payload.length + 8; cut += 1) {
      writeFileSync(path, whole);
      truncateSync(path, whole.length - cut);
      const again = await Spool.open(directory, room(), logger);
      expect(idsOf(await again.oldest(9))).toEqual([one.id]);
      await again.close();
    }
    for (const garbage of [Buffer.alloc(100), Buffer.alloc(100, 0xff), Buffer.from('garbage')]) {
      writeFileSync(path, whole);
      appendFileSync(path, garbage);
      const again = await Spool.open(directory, room(), logger);
      await again.append([three]);
      expect(idsOf(await again.oldest(9))).toEqual([one.id, two.id, three.id]);
      await again.shipped(3);
      await again.close();
    }
  });

  it('holds no more than an account may have, and all together, and takes again what was given back', async () => {
    const [one, two, three] = [batch('1'), batch('2'), batch('3')];
    const size = one.payload.length + 8;
    const spool = new Spool(directory, room(1e9, 2 * size), logger);
    expect(await spool.append([one, two, three])).toBe(2);
    expect(await spool.append([three])).toBe(0);
    await spool.shipped(2);
    expect(await spool.append([three])).toBe(1);
    await spool.close();

    const shared = room(size, 1e9);
    const [a, b] = [new Spool(`${directory}-a`, shared, logger), new Spool(`${directory}-b`, shared, logger)];
    expect(await a.append([one])).toBe(1);
    expect(await b.append([two])).toBe(0);
    await a.shipped(1);
    expect(await b.append([two])).toBe(1);
    await Promise.all([a.close(), b.close()]);
  });

  it('acknowledges nothing when the disk refuses', async () => {
    writeFileSync(directory, 'a file where the directory should be');
    expect(await new Spool(directory, room(), logger).append([batch('1')])).toBe(0);
  });
});
