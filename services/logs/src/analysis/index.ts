export { analyse, type Analysis, type ResultRow } from './analysis.js';
export { parseSelect } from './parse-select.js';
export { splitAnalysis } from './split-analysis.js';
export type { Select } from './select.js';
