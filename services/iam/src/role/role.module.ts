import { Module } from '@nestjs/common';
import { CreateCustomPolicyHandler } from './create-custom-policy.js';
import { DeleteCustomPolicyHandler } from './delete-custom-policy.js';
import { ListRolesHandler } from './list-roles.js';
import { RoleController } from './role.controller.js';
import { ShowCustomPolicyHandler, ShowRoleHandler } from './show-role.js';
import { UpdateCustomPolicyHandler } from './update-custom-policy.js';

@Module({
  controllers: [RoleController],
  providers: [CreateCustomPolicyHandler, UpdateCustomPolicyHandler, DeleteCustomPolicyHandler, ListRolesHandler, ShowRoleHandler, ShowCustomPolicyHandler],
})
export class RoleModule {}
