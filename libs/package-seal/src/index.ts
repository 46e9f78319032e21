export { DATA_KEY_BYTES, SealBroken, type SealContext } from './seal-context.js';
export { openPackage, sealPackage, sealedSize } from './sealed-package.js';
export { openValue, sealValue } from './sealed-value.js';
