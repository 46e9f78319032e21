export { findGroup, groupExists, subjectsOf } from './find-group.js';
export { group, groupStream, type GroupEvent } from './group.decider.js';
export { leaveAllGroups } from './leave-all-groups.js';
export { GroupMemberRow, GroupRow, projectGroup } from './group.entity.js';
