import { Module } from '@nestjs/common';
import { AgencyGrantController } from './agency-grant.controller.js';
import { ChangeGrantsHandler } from './change-grants.js';
import { GrantCalls } from './grant-calls.js';
import { GroupGrantController } from './group-grant.controller.js';
import { InEnterpriseProjectsController } from './in-enterprise-projects.controller.js';
import { ListEnterpriseProjectsOfHandler, ListGroupsInEnterpriseProjectHandler, ListUsersInEnterpriseProjectHandler } from './in-enterprise-projects.js';
import { SearchGrantsController } from './search-grants.controller.js';
import { SearchGrantsHandler } from './search-grants.js';
import { CheckGrantHandler, ListGrantedRolesHandler } from './show-grants.js';
import { UserGrantController } from './user-grant.controller.js';

@Module({
  controllers: [GroupGrantController, UserGrantController, AgencyGrantController, SearchGrantsController, InEnterpriseProjectsController],
  providers: [
    GrantCalls,
    ChangeGrantsHandler,
    CheckGrantHandler,
    ListGrantedRolesHandler,
    SearchGrantsHandler,
    ListGroupsInEnterpriseProjectHandler,
    ListUsersInEnterpriseProjectHandler,
    ListEnterpriseProjectsOfHandler,
  ],
})
export class GrantModule {}
