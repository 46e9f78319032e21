export type { BusMessage, ConsumeOptions, Consumption, EventBus } from './event-bus.js';
