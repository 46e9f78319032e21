export { agency, agencyStream } from './agency.decider.js';
export { AgencyRow, projectAgency, trustOf } from './agency.entity.js';
export { ShowAgencyState, type AgencyState } from './agency-state.js';
export { agencyExists, findAgency } from './find-agency.js';
export { trustsFunctionService } from './trust.js';
