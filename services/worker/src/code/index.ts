export { CodeCache, type CodeLease } from './code-cache.js';
export { downloadPackage } from './download-package.js';
