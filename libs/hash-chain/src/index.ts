export { canonicalJson } from './canonical-json.js';
export {
  CHECKPOINT_FORMAT,
  checkpointHash,
  isSignedBy,
  NO_CHECKPOINT,
  type Checkpoint,
  type CheckpointContent,
  type CheckpointedService,
  type CheckpointSignature,
} from './checkpoint.js';
export { isAboutEvent, placeOf, type EventFinding, type Finding, type SealFinding } from './finding.js';
export { chainHash, GENESIS, type HashedEvent } from './hash-chain.js';
export { HistoryVerifier, MOST_FINDINGS, type EventRecord, type KeptHistory, type VerifiedHistory } from './history-verifier.js';
export { sealSecrets } from './seal-secrets.js';
export { eventDigest, nextRoot, NO_ROOT, sealEvent, type SealedEvent, type ShownEvent } from './sealed-event.js';
