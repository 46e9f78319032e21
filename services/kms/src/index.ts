export { startKms, type KmsConfig } from './start-kms.js';
