import { unauthenticated } from '../error/index.js';

/** What a request offers to prove who calls. */
export type Credential = { readonly kind: 'signature' } | { readonly kind: 'token'; readonly token: string };

const ALGORITHM = 'SDK-HMAC-SHA256';

/** Reads the credential from the headers; a signature wins over a token. Fails as unauthenticated when there is none. */
export function readCredential(headers: { readonly authorization?: string | undefined; readonly 'x-auth-token'?: string | string[] | undefined }): Credential {
  const { authorization } = headers;
  if (authorization !== undefined && authorization.startsWith(`${ALGORITHM} `)) return { kind: 'signature' };
  const token = headers['x-auth-token'];
  if (typeof token === 'string' && token !== '') return { kind: 'token', token };
  if (authorization !== undefined) throw unauthenticated(`the Authorization header must use the algorithm ${ALGORITHM}`);
  throw unauthenticated('the request carries neither a signature (Authorization) nor a token (X-Auth-Token)');
}
