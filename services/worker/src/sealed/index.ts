export { openMemoryFolder, type MemoryFolder } from './memory-folder.js';
export { SealedCodePackages, SealedCodeProblem } from './sealed-code.js';
export { keysOf } from './keys-of.js';
export { unlockFunction, type UnlockFunction } from './unlock-function.js';
