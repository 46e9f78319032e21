import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { openBucket, type Bucket } from './bucket.js';
import type { BucketAddress } from './bucket-address.js';
import { findS3Server, startS3Server, type S3Server } from './testing/s3-server.js';

const found = await findS3Server();
if ('lacking' in found) process.stdout.write(`skipped: ${found.lacking}\n`);

('lacking' in found ? describe.skip : describe)('a bucket of a real S3 server', () => {
  let server: S3Server;
  let address: BucketAddress;
  let bucket: Bucket;

  beforeAll(async () => {
    server = await startS3Server('program' in found ? found.program : '');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    address = { ...(await server.newBucket()), prefix: 'some/where/' };
    bucket = openBucket(address);
  });
  afterEach(() => bucket.close());

  it('gives back what was put', async () => {
    const content = randomBytes(3 * 1024 * 1024);
    await bucket.put('a/b', content);
    const object = await bucket.get('a/b');
    expect(object?.sizeBytes).toBe(content.length);
    expect(object && (await buffer(object.content)).equals(content)).toBe(true);
    expect(await bucket.stat('a/b')).toEqual({ sizeBytes: content.length });
  });

  it('says that there is nothing, and removes nothing, where nothing was put', async () => {
    expect(await bucket.get('a')).toBeUndefined();
    expect(await bucket.stat('a')).toBeUndefined();
    await bucket.remove('a');
  });

  it('replaces and removes', async () => {
    await bucket.put('a', Buffer.from('one'));
    await bucket.put('a', Buffer.from('other'));
    expect(await bucket.stat('a')).toEqual({ sizeBytes: 5 });
    await bucket.remove('a');
    expect(await bucket.stat('a')).toBeUndefined();
  });

  it('lists all keys below a start, and nothing outside its prefix', async () => {
    const keys = Array.from({ length: 1_003 }, (_, index) => `x/${String(index).padStart(4, '0')}`);
    for (let from = 0; from < keys.length; from += 50) await Promise.all(keys.slice(from, from + 50).map((key) => bucket.put(key, Buffer.from(key))));
    await bucket.put('y', Buffer.from('y'));
    const elsewhere = openBucket({ ...address, prefix: 'some/' });
    await elsewhere.put('x/outside', Buffer.from('z'));
    elsewhere.close();
    const listed: string[] = [];
    for await (const { key, sizeBytes } of bucket.list('x/')) {
      expect(sizeBytes).toBe(6);
      listed.push(key);
    }
    expect(listed).toEqual(keys);
  });

  it('does not take a missing bucket or a wrong key for an object that is not there', async () => {
    const nowhere = openBucket({ ...address, bucket: 'not-there' });
    await expect(nowhere.get('a')).rejects.toThrow();
    nowhere.close();
    const stranger = openBucket({ ...address, credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } });
    await expect(stranger.get('a')).rejects.toThrow();
    stranger.close();
  });
});
