import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';
import { isWindlassError, type WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';
import { packageTooLarge } from './package-errors.js';

/** Silence on the connection, and the whole download, in milliseconds. */
const SILENCE_MS = 30_000;
const LONGEST_MS = 5 * 60_000;
const LONGEST_URL = 4096;

/** Where code may be fetched from: base URLs of S3-compatible servers, such as https://obs.example.com. */
export type BucketEndpoints = readonly string[];

/**
 * Fetches code from buckets of the servers that the operator names, and from nowhere else. The request is the tenant's URL as it is,
 * without any credential of the platform: an object must be public or its URL signed, so nobody gets what he could not get himself.
 * No redirect is followed, and a name below an endpoint that leads to this machine or its network's own addresses is not connected to.
 */
export class BucketLinks {
  private readonly endpoints: readonly URL[];

  constructor(endpoints: BucketEndpoints) {
    this.endpoints = endpoints.map((each) => new URL(each));
  }

  /**
   * The object behind the URL, at most `limitBytes` of it. FSS.1010 for a URL that may not be fetched or is refused by the bucket, FSS.1054
   * when there is no such object, FSS.1071 when it is too large, FSS.0503 when the server cannot be reached or does not finish.
   */
  async fetch(text: string, limitBytes: number): Promise<Buffer> {
    const { url, endpoint } = this.allowed(text);
    const deadline = AbortSignal.timeout(LONGEST_MS);
    try {
      return await download(url, endpoint, limitBytes, deadline);
    } catch (error) {
      if (isWindlassError(error)) throw error;
      throw unreachable(url, deadline.aborted ? 'it took longer than five minutes' : (error as NodeJS.ErrnoException).code ?? 'the connection broke');
    }
  }

  private allowed(text: string): { readonly url: URL; readonly endpoint: URL } {
    if (this.endpoints.length === 0) {
      throw badUrl('This installation fetches no code: its operator has named no bucket server (WINDLASS_CODE_URL_ENDPOINTS). Send the package in the request.');
    }
    const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined) throw badUrl('The URL of the code is not one. Use that of an object in a bucket, such as https://bucket.obs.example.com/code.zip.');
    if (url.username !== '' || url.password !== '') throw badUrl('The URL of the code holds a user name. Sign the URL instead.');
    const endpoint = this.endpoints.find((each) => url.protocol === each.protocol && url.port === each.port && isOf(url.hostname, each.hostname));
    if (endpoint === undefined) {
      throw badUrl(`Code is fetched from ${this.endpoints.map(({ origin }) => origin).join(', ')} only, and this URL leads to ${url.origin}.`);
    }
    if (url.pathname === '/') throw badUrl('The URL of the code names no object.');
    return { url, endpoint };
  }
}

/** What of a URL may be shown and kept: its query may hold a signature. */
export function withoutSignature(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}`;
}

/** The server itself, or a bucket of it by its host name. */
function isOf(hostname: string, endpoint: string): boolean {
  return hostname === endpoint || (isAddress(endpoint) ? false : hostname.endsWith(`.${endpoint}`));
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

const OWN_NETWORKS = new BlockList();
for (const [network, prefix] of [['0.0.0.0', 8], ['127.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 3]] as const) OWN_NETWORKS.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [['::', 127], ['fe80::', 10], ['ff00::', 8]] as const) OWN_NETWORKS.addSubnet(network, prefix, 'ipv6');

/** Addresses of this machine and of its link, in either family's notation. */
export function isOwnNetwork(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return OWN_NETWORKS.check(mapped, isIPv4(mapped) ? 'ipv4' : 'ipv6');
}

/** Resolves as usual, but for names below an endpoint, which others may have pointed anywhere. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    const usable = error === null ? (found as unknown as LookupAddress[]).filter(({ address }) => !isOwnNetwork(address)) : [];
    const [first] = usable;
    if (first === undefined) return callback(error ?? Object.assign(new Error('refused'), { code: 'an address of the platform itself' }), '', 0);
    if (options.all === true) return callback(null, usable);
    return callback(null, first.address, first.family);
  });
};

function download(url: URL, endpoint: URL, limitBytes: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((done, fail) => {
    // The operator's own word is trusted: a server of this machine is named by its own address.
    const guarded: RequestOptions = url.hostname === endpoint.hostname ? {} : { lookup: guardedLookup };
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { ...guarded, signal, agent: false, timeout: SILENCE_MS, headers: { accept: '*/*' } });
    outgoing.once('timeout', () => outgoing.destroy(Object.assign(new Error('silence'), { code: 'it was silent for half a minute' })));
    outgoing.once('error', fail);
    outgoing.once('response', (response) => {
      collect(response, url, limitBytes).then(done, fail).finally(() => outgoing.destroy());
    });
    outgoing.end();
  });
}

async function collect(response: IncomingMessage, url: URL, limitBytes: number): Promise<Buffer> {
  requireObject(response.statusCode ?? 0, url);
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > limitBytes) throw packageTooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw packageTooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function requireObject(status: number, url: URL): void {
  if (status === 200) return;
  const shown = withoutSignature(url.href);
  if (status === 404) throw refusal('not_found', 'FSS.1054', 'CODE_NOT_IN_BUCKET', `There is no object at ${shown}.`);
  if (status === 401 || status === 403) throw badUrl(`The bucket does not give ${shown} to everyone. Sign the URL, or make the object readable.`);
  if (status >= 500) throw unreachable(url, `it answered ${status}`);
  throw badUrl(`The bucket answered ${status} for ${shown}, not the object itself.`);
}

function badUrl(message: string): WindlassError {
  return refusal('invalid', 'FSS.1010', 'CODE_URL_INVALID', message);
}

function unreachable(url: URL, why: string): WindlassError {
  return refusal('unavailable', 'FSS.0503', 'CODE_URL_UNREACHABLE', `The code could not be fetched from ${url.origin}: ${why}. Try again.`);
}
