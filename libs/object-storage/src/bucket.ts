import type { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { BucketAddress } from './bucket-address.js';

export interface ObjectContent {
  readonly sizeBytes: number;
  /** To be read to its end or destroyed: it holds a connection. */
  readonly content: Readable;
}

export interface ListedObject {
  /** Without the bucket's prefix. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** Objects under one prefix of one bucket. Keys are relative to the prefix. Every failure but "not there" rejects. */
export interface Bucket {
  /** Resolves when the server has confirmed the whole object; an object of the same key is replaced at once or not at all. */
  put(key: string, content: Buffer, contentType?: string): Promise<void>;
  /** Undefined when there is no such object. */
  get(key: string): Promise<ObjectContent | undefined>;
  /** Undefined when there is no such object. */
  stat(key: string): Promise<{ readonly sizeBytes: number } | undefined>;
  /** Removing what is not there does nothing. */
  remove(key: string): Promise<void>;
  /** All objects whose key begins with `start`, in the order of their keys, fetched page by page. */
  list(start: string): AsyncIterable<ListedObject>;
  close(): void;
}

const CONNECT_MILLISECONDS = 5_000;
const SILENCE_MILLISECONDS = 60_000;

/** Opens nothing yet: the first call connects. Failed calls are tried three times in all, as the client library does. */
export function openBucket(address: BucketAddress): Bucket {
  return new S3Bucket(address);
}

class S3Bucket implements Bucket {
  private readonly client: S3Client;

  constructor(private readonly address: BucketAddress) {
    this.client = new S3Client({
      region: address.region,
      // A server of one's own seldom has a host name for each bucket.
      ...(address.endpoint === undefined ? {} : { endpoint: address.endpoint, forcePathStyle: true }),
      ...(address.credentials === undefined ? {} : { credentials: address.credentials }),
      requestHandler: { connectionTimeout: CONNECT_MILLISECONDS, socketTimeout: SILENCE_MILLISECONDS },
      // Not every server knows the newer checksums; where one is required, it is sent.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(key: string, content: Buffer, contentType = 'application/octet-stream'): Promise<void> {
    await this.client.send(new PutObjectCommand({ ...this.place(key), Body: content, ContentLength: content.length, ContentType: contentType }));
  }

  async get(key: string): Promise<ObjectContent | undefined> {
    const answer = await ifThere(this.client.send(new GetObjectCommand(this.place(key))));
    // In Node.js the body is always a Readable; the type also names the browser's.
    return answer && { sizeBytes: answer.ContentLength ?? 0, content: answer.Body as Readable };
  }

  async stat(key: string): Promise<{ sizeBytes: number } | undefined> {
    const answer = await ifThere(this.client.send(new HeadObjectCommand(this.place(key))));
    return answer && { sizeBytes: answer.ContentLength ?? 0 };
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.place(key)));
  }

  async *list(start: string): AsyncIterable<ListedObject> {
    const { Bucket, Key } = this.place(start);
    let token: string | undefined;
    do {
      const page = await this.client.send(new ListObjectsV2Command({ Bucket, Prefix: Key, ...(token === undefined ? {} : { ContinuationToken: token }) }));
      for (const { Key: key = '', Size: sizeBytes = 0, LastModified: modifiedAt = new Date(0) } of page.Contents ?? []) {
        yield { key: key.slice(this.address.prefix.length), sizeBytes, modifiedAt };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  close(): void {
    this.client.destroy();
  }

  private place(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.address.bucket, Key: this.address.prefix + key };
  }
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    // A missing bucket is a fault of the configuration, not an object that is not there.
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket') return undefined;
    throw error;
  }
}
