export { findGroup, groupExists, subjectsOf } from './find-group.js';
export { group, groupStream, isGroupStream, type GroupEvent } from './group.decider.js';
export { GroupMemberRow, GroupRow, projectGroup } from './group.entity.js';
