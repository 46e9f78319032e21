/** Where objects are kept, and for whom: a bucket of any server that speaks the S3 protocol. */
export interface BucketAddress {
  readonly bucket: string;
  /** Put before every key: empty, or with a slash at its end. */
  readonly prefix: string;
  /** URL of the server; undefined for the vendor's own. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: taken from where S3 clients look (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, profile, instance role). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/**
 * Reads `s3://bucket/prefix?endpoint=https://host:port&region=name`. Keys are no part of it: an address is shown in logs and
 * process lists. Throws an Error with one sentence when it cannot be used.
 */
export function readBucketAddress(text: string): BucketAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 's3:') throw new Error(`${JSON.stringify(text)} is not the address of a bucket, such as s3://bucket/prefix?endpoint=https://storage.example.com`);
  if (url.username !== '' || url.password !== '') throw new Error('The address of a bucket holds no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
  // The rule of S3: 3 to 63 characters, lower case.
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) throw new Error(`${JSON.stringify(url.host)} is not the name of a bucket.`);
  for (const name of url.searchParams.keys()) {
    if (name !== 'endpoint' && name !== 'region') throw new Error(`The address of a bucket knows endpoint and region, not ${name}.`);
  }
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:\/\/[^\s/]+\/?$/.test(endpoint)) throw new Error(`endpoint: ${JSON.stringify(endpoint)} is not a URL such as https://storage.example.com`);
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+/, '').replace(/\/*$/, '/');
  return { bucket: url.host, prefix: prefix === '/' ? '' : prefix, endpoint, region: url.searchParams.get('region') ?? 'us-east-1', credentials: undefined };
}

/** For people: where, never with which keys. */
export function describeBucket({ bucket, prefix, endpoint }: BucketAddress): string {
  return `s3://${bucket}/${prefix}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}
