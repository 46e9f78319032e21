export { ChunkReader, type StoredChunk } from './chunk-reader.js';
export { ChunkWriter, dayOf, FULL_CHUNK, type Chunk } from './chunk-writer.js';
export { requiredWords, type Requirement } from './required-words.js';
export { scanChunk, type LineMask, type LinesWanted } from './scan-chunk.js';
export { BLOCK_BYTES, mayHold, probeOf, type Probe } from './token-filter.js';
