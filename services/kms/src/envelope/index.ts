export { contextOfRequest, type EncryptionContext } from './encryption-context.js';
export { readEnvelope, type Envelope, type EnvelopeKind } from './envelope.js';
export { Envelopes } from './envelopes.js';
