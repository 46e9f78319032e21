export { CodeCache, sizeOf, type CodeLease } from './code-cache.js';
export { LayeredCode, layOver } from './layered-code.js';
export { downloadPackage } from './download-package.js';
export { UnsafePackage } from './entry-name.js';
export { EXTRACT_LIMITS, extractPackage } from './extract-package.js';
