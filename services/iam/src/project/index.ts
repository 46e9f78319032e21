export { findProject } from './find-project.js';
export { isProjectName, project, projectStream } from './project.decider.js';
export { projectProject, ProjectRow } from './project.entity.js';
