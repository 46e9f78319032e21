import { Module } from '@nestjs/common';
import { AccountAdminController } from './account-admin.controller.js';
import { AccountController } from './account.controller.js';
import { CreateAccountHandler } from './create-account.js';
import { IsolationController } from './isolation.controller.js';
import { ListAccountsHandler, ShowAccountByIdHandler } from './list-accounts.js';
import { ManageAccountHandler } from './manage-account.js';
import { ShowAccountHandler } from './show-account.js';

@Module({
  controllers: [AccountController, AccountAdminController, IsolationController],
  providers: [CreateAccountHandler, ShowAccountHandler, ManageAccountHandler, ListAccountsHandler, ShowAccountByIdHandler],
})
export class AccountModule {}
