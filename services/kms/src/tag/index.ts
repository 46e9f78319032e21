export { KeyTagController } from './key-tag.controller.js';
export { TaggedKeys } from './tagged-keys.js';
