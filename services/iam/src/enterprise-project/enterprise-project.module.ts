import { Module } from '@nestjs/common';
import { ChangeEnterpriseProjectHandler, CreateEnterpriseProjectHandler } from './change-enterprise-project.js';
import { EnterpriseProjectController } from './enterprise-project.controller.js';
import { ListEnterpriseProjectsHandler, ShowEnterpriseProjectHandler } from './list-enterprise-projects.js';
import { ProjectResourcesController } from './project-resources.controller.js';

@Module({
  controllers: [EnterpriseProjectController, ProjectResourcesController],
  providers: [CreateEnterpriseProjectHandler, ChangeEnterpriseProjectHandler, ListEnterpriseProjectsHandler, ShowEnterpriseProjectHandler],
})
export class EnterpriseProjectModule {}
