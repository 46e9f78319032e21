export { findProject } from './find-project.js';
export { isProjectName, isProjectStream, project, projectStream } from './project.decider.js';
export { projectProject, ProjectRow } from './project.entity.js';
