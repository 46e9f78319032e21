// Messages for the tests of whoever forwards HTTP/1.1: good ones, damaged ones, and ones that are meant to be read in two ways.
export { goodRequest, mutated } from './messages.js';
export { hostileRequests, type HostileRequest } from './hostile-requests.js';
