export { KeyPairs } from './key-pairs.js';
export { SigningController } from './signing.controller.js';
