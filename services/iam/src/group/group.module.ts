import { Module } from '@nestjs/common';
import { ChangeGroupHandler } from './change-group.js';
import { ChangeMembershipHandler } from './change-membership.js';
import { CreateGroupHandler } from './create-group.js';
import { DeleteGroupHandler } from './delete-group.js';
import { GroupController } from './group.controller.js';
import { ListGroupsHandler } from './list-groups.js';

@Module({
  controllers: [GroupController],
  providers: [CreateGroupHandler, ChangeGroupHandler, DeleteGroupHandler, ChangeMembershipHandler, ListGroupsHandler],
})
export class GroupModule {}
