import { createHash, createHmac } from 'node:crypto';
import type { BucketAddress } from '../bucket-address.js';

/** A URL by which anybody may get the object for a while: signed in its query, by the rules of S3 (Signature Version 4). */
export function presignedUrl({ bucket, prefix, endpoint = '', region, credentials }: BucketAddress, key: string, seconds = 600, now = new Date()): string {
  if (credentials === undefined) throw new Error('A URL is signed with keys.');
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`;
  const { host } = new URL(endpoint);
  const path = `/${bucket}/${prefix}${key}`.split('/').map(encodeURIComponent).join('/');
  const query = new URLSearchParams({ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`, 'X-Amz-Date': stamp, 'X-Amz-Expires': String(seconds), 'X-Amz-SignedHeaders': 'host' }).toString();
  const request = ['GET', path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const signingKey = [...scope.split('/')].reduce((secret: Buffer | string, part) => createHmac('sha256', secret).update(part).digest(), `AWS4${credentials.secretAccessKey}`);
  return `${endpoint}${path}?${query}&X-Amz-Signature=${createHmac('sha256', signingKey).update(text).digest('hex')}`;
}
