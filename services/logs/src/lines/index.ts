export {
  LogStore,
  type AppendOutcome,
  type Effort,
  type Histogram,
  type LineBatch,
  type LineFilter,
  type LinePage,
  type LogLine,
  type NewLine,
  type Order,
  type PageRequest,
  type StreamUsage,
} from './log-store.js';
export { firstLineNumber, LAST_LINE_NUMBER, lastLineNumber, lineNumbers, NANOSECONDS_PER_DAY, oldestKept } from './line-number.js';
