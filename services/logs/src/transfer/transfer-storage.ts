import { openBucket, type Bucket, type BucketAddress } from '@windlass/object-storage';
import { bucketNotOpen, bucketUnreachable, noBuckets } from './transfer.errors.js';

/** The server whose buckets logs may be shipped to: the operator's choice. */
export type TransferStorageAddress = Omit<BucketAddress, 'bucket' | 'prefix'>;

const MOST_OPEN = 200;

/**
 * Buckets of tenants at the operator's storage. The platform can write to all of them, so a tenant proves that a bucket lets its logs in: by an
 * object that names its project, which only who can write to the bucket can have put there.
 */
export class TransferStorage {
  private readonly open = new Map<string, Bucket>();

  constructor(private readonly address: TransferStorageAddress | undefined) {}

  /** Fails with LTS.0407, LTS.0408 or LTS.0409. */
  async bucketOf(projectId: string, name: string): Promise<Bucket> {
    const bucket = this.bucket(name);
    const marker = markerOf(projectId);
    let found;
    try {
      found = await bucket.stat(marker);
    } catch (error) {
      if (isRefusal(error)) throw bucketNotOpen(name, marker);
      throw bucketUnreachable(error);
    }
    if (found === undefined) throw bucketNotOpen(name, marker);
    return bucket;
  }

  close(): void {
    for (const bucket of this.open.values()) bucket.close();
    this.open.clear();
  }

  private bucket(name: string): Bucket {
    if (this.address === undefined) throw noBuckets();
    const known = this.open.get(name);
    if (known !== undefined) return known;
    if (this.open.size === MOST_OPEN) this.close();
    const bucket = openBucket({ ...this.address, bucket: name, prefix: '' });
    this.open.set(name, bucket);
    return bucket;
  }
}

export function markerOf(projectId: string): string {
  return `windlass-logs/${projectId}`;
}

/** A bucket that does not exist, or that the platform may not read, is as closed as one without the marker. */
function isRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Reads `WINDLASS_LOGS_TRANSFER_ENDPOINT` and `WINDLASS_LOGS_TRANSFER_REGION`; adds what is wrong to `problems`. */
export function readTransferStorage(environment: Readonly<Record<string, string | undefined>>, problems: string[]): TransferStorageAddress | undefined {
  const endpoint = environment['WINDLASS_LOGS_TRANSFER_ENDPOINT'] ?? '';
  if (endpoint === '') return undefined;
  if (!/^https?:\/\/[^\s/]+\/?$/.test(endpoint)) problems.push(`WINDLASS_LOGS_TRANSFER_ENDPOINT is not right: it is a URL such as https://storage.example.com`);
  return { endpoint, region: environment['WINDLASS_LOGS_TRANSFER_REGION'] ?? 'us-east-1', credentials: undefined };
}
