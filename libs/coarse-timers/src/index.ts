export { CoarseTimers, Deadline } from './coarse-timers.js';
