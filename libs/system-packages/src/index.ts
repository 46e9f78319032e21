export { findProgram } from './find-program.js';
export { installPackage, type Installation } from './install-package.js';
