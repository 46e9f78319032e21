export { openDatabase, type ServiceDatabase } from './open-database.js';
