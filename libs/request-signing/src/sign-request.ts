import { createHash, createHmac } from 'node:crypto';
import { ALGORITHM, canonicalRequest, stringToSign } from './canonical-request.js';
import type { HeaderField } from './header-field.js';
import { formatSdkDate, SDK_DATE_HEADER } from './sdk-date.js';

export interface RequestToSign {
  readonly method: string;
  /** Path and query exactly as they will be sent, escapes included. */
  readonly requestTarget: string;
  /** Every header here is signed; `host` should be among them. Headers added later stay unsigned. */
  readonly headers: readonly HeaderField[];
  readonly body?: string | Uint8Array;
}

export interface SigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** For a temporary access key; sent and signed as X-Security-Token. */
  readonly securityToken?: string;
  /** The moment the signature is for: good for 15 minutes around it. */
  readonly now: Date;
}

/** The headers to send: the given ones, X-Sdk-Date (and X-Security-Token) and Authorization. Signs as the Node.js SDK does. */
export function sign(request: RequestToSign, key: SigningKey): HeaderField[] {
  const sdkDate = formatSdkDate(key.now);
  const headers: HeaderField[] = [
    ...request.headers,
    { name: 'X-Sdk-Date', value: sdkDate },
    ...(key.securityToken === undefined ? [] : [{ name: 'X-Security-Token', value: key.securityToken }]),
  ];
  const signed = headers
    .map(({ name, value }) => ({ name: name.toLowerCase(), value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = signed.map(({ name }) => name);
  if (new Set(names).size !== names.length) {
    throw new RangeError(`a header is given twice and can be signed once (${SDK_DATE_HEADER} is added here): ${names.join(', ')}`);
  }
  const bodyHash =
    signed.find(({ name }) => name === 'x-sdk-content-sha256')?.value ??
    createHash('sha256')
      .update(request.body ?? '')
      .digest('hex');
  const canonical = canonicalRequest({ method: request.method, requestTarget: request.requestTarget, headers: signed, bodyHash }, 'as-sent');
  const signature = signatureOf(key.secretKey, sdkDate, canonical);
  const authorization = `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return [...headers, { name: 'Authorization', value: authorization }];
}

/** Hex HMAC-SHA256 under the secret key as it is; no key is derived. */
export function signatureOf(secretKey: string, sdkDate: string, canonical: string): string {
  return createHmac('sha256', secretKey).update(stringToSign(sdkDate, canonical)).digest('hex');
}
