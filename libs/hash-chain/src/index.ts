export { canonicalJson } from './canonical-json.js';
export { chainHash, GENESIS, type HashedEvent } from './hash-chain.js';
