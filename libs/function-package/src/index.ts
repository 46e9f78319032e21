export { packFiles, type PackageFile } from './pack-files.js';
export { packNodeApp } from './pack-node-app.js';
