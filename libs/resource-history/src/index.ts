export { EventSource } from './event-source.js';
export { EventSourceController } from './event-source.controller.js';
export { asJson, fieldChanges, hideValues, type FieldChange, type Json, type JsonObject } from './field-changes.js';
export { History, type HistoryOptions } from './history.js';
export { historyResource, type HistoryResource, type ResourceView } from './history-resource.js';
export { happenedBy, type Moment } from './moment.js';
export { readPosition, writePosition, type ServicePosition } from './position-text.js';
export { readTime } from './read-time.js';
export { resourceOfEvents, type EventsOfResource } from './resource-of-events.js';
