export { startDataServer, type DataServer } from './data-server.js';
