export { FactPublisher, INVOCATIONS_TOPIC } from './fact-publisher.js';
