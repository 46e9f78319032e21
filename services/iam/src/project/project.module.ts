import { Module } from '@nestjs/common';
import { ListProjectsHandler } from './list-projects.js';
import { ProjectController } from './project.controller.js';

@Module({ controllers: [ProjectController], providers: [ListProjectsHandler] })
export class ProjectModule {}
