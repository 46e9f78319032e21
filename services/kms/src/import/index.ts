export { KeyImportController } from './key-import.controller.js';
export { MaterialImport } from './material-import.js';
