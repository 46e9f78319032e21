// What the simulation of the platform (deploy/simulation) runs of this service.
export { aliasMissing } from './alias/alias.errors.js';
export { createAlias, deleteAlias, replaceAlias } from './alias/change-alias.decider.js';
export { functionAlias, functionSpec } from './catalog/function-spec.js';
export { publishedEvent } from './catalog/published-events.js';
export { changeMaxInstances } from './function/change-max-instances.decider.js';
export { createFunction, type CreateFunction } from './function/create-function.decider.js';
export { deleteFunction } from './function/delete-function.decider.js';
export { functionMissing } from './function/function-urn.js';
export { functionStream, isFunctionStream, ownerOf, type FunctionEvent } from './function/function.events.js';
export { evolveFunction, NO_FUNCTION, type FunctionState } from './function/function.state.js';
export { changeTrigger } from './trigger/change-trigger.decider.js';
export { createTrigger } from './trigger/create-trigger.decider.js';
export { deleteTrigger } from './trigger/delete-trigger.decider.js';
export { isTriggerStream, triggerStream, type TriggerEvent } from './trigger/trigger.events.js';
export { evolveTrigger, NO_TRIGGER, type TriggerRecord } from './trigger/trigger.state.js';
export { deleteVersion } from './version/delete-version.decider.js';
export { publishVersion } from './version/publish-version.decider.js';
export { versionMissing } from './version/version.errors.js';
