export { KeyUses, NO_CONTEXT, type UseOperation } from './key-uses.js';
export { KeyUseController } from './key-use.controller.js';
export { UseRetention } from './use-retention.js';
