import { createHash } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import type { SignedRequest } from '../caller/index.js';
import { unauthenticated } from '../error/index.js';

const CONTENT_HASH = 'x-sdk-content-sha256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/**
 * A signed gRPC call as the request its signature covers: POST to the path of the rpc, with the metadata as headers and
 * `:authority` as `host`. What is signed of the message is said before it (X-Sdk-Content-Sha256), so that nobody makes the
 * edge hold a message before it knows who sends it.
 */
export function signedRequest(path: string, authority: string, metadata: Metadata): SignedRequest {
  const declared = declaredHash(metadata);
  if (declared === undefined) {
    throw unauthenticated(`a signed gRPC call says in the metadata ${CONTENT_HASH} what is signed of its message: the SHA-256 in hex of the serialized message, or ${UNSIGNED}`);
  }
  const project = metadata.get('x-project-id')[0];
  return {
    method: 'POST',
    target: path,
    rawHeaders: ['host', authority, ...textFields(metadata)],
    bodySha256: declared,
    projectId: typeof project === 'string' ? project : '',
  };
}

/** Refuses a message that is not the one whose hash was signed. */
export function requireSignedMessage(metadata: Metadata, message: Uint8Array): void {
  const declared = declaredHash(metadata);
  if (declared === undefined || declared === UNSIGNED) return;
  const hash = createHash('sha256').update(message).digest('hex');
  if (hash !== declared.toLowerCase()) throw unauthenticated(`${CONTENT_HASH} is not the hash of the message that arrived`);
}

function declaredHash(metadata: Metadata): string | undefined {
  const value = metadata.get(CONTENT_HASH)[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textFields(metadata: Metadata): string[] {
  return Object.keys(metadata.getMap()).flatMap((name) => metadata.get(name).flatMap((value) => (typeof value === 'string' ? [name, value] : [])));
}
