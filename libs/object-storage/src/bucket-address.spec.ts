import { describeBucket, readBucketAddress } from './bucket-address.js';

describe('the address of a bucket', () => {
  it('names the bucket, the prefix, the server and the region', () => {
    expect(readBucketAddress('s3://code/windlass/packages?endpoint=http://127.0.0.1:9000&region=here')).toEqual({
      bucket: 'code', prefix: 'windlass/packages/', endpoint: 'http://127.0.0.1:9000', region: 'here', credentials: undefined,
    });
  });

  it('needs nothing but the bucket', () => {
    for (const text of ['s3://code', 's3://code/', 's3://code//']) {
      expect(readBucketAddress(text)).toEqual({ bucket: 'code', prefix: '', endpoint: undefined, region: 'us-east-1', credentials: undefined });
    }
  });

  it.each([
    ['', /not the address of a bucket/],
    ['https://code/x', /not the address of a bucket/],
    ['s3://No_Such', /not the name of a bucket/],
    ['s3://key:secret@code', /holds no keys/],
    ['s3://code?endpoint=127.0.0.1:9000', /endpoint: /],
    ['s3://code?acl=public', /not acl/],
  ])('%j is refused with a sentence', (text, sentence) => {
    expect(() => readBucketAddress(text)).toThrow(sentence);
  });

  it('is shown without keys', () => {
    const address = { ...readBucketAddress('s3://code/a?endpoint=http://h:1'), credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' } };
    expect(describeBucket(address)).toBe('s3://code/a/ at http://h:1');
  });
});
