import { Module } from '@nestjs/common';
import { ChangeProjectHandler } from './change-project.js';
import { CreateSubprojectHandler } from './create-subproject.js';
import { DeleteProjectHandler } from './delete-project.js';
import { ListProjectsHandler } from './list-projects.js';
import { ProjectController } from './project.controller.js';

@Module({
  controllers: [ProjectController],
  providers: [ListProjectsHandler, CreateSubprojectHandler, ChangeProjectHandler, DeleteProjectHandler],
})
export class ProjectModule {}
