export { CodeCache, type CodeLease } from './code-cache.js';
export { LayeredCode } from './layered-code.js';
export { downloadPackage } from './download-package.js';
