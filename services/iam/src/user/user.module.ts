import { Module } from '@nestjs/common';
import { ChangeOwnPasswordHandler } from './change-own-password.js';
import { ChangeUserHandler } from './change-user.js';
import { CreateUserHandler } from './create-user.js';
import { DeleteUserHandler } from './delete-user.js';
import { ListUsersHandler } from './list-users.js';
import { LogIn } from './log-in.js';
import { UserController } from './user.controller.js';

@Module({
  controllers: [UserController],
  providers: [LogIn, CreateUserHandler, ChangeUserHandler, ChangeOwnPasswordHandler, DeleteUserHandler, ListUsersHandler],
  exports: [LogIn],
})
export class UserModule {}
