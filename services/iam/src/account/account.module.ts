import { Module } from '@nestjs/common';
import { AccountController } from './account.controller.js';
import { CreateAccountHandler } from './create-account.js';
import { ShowAccountHandler } from './show-account.js';

@Module({ controllers: [AccountController], providers: [CreateAccountHandler, ShowAccountHandler] })
export class AccountModule {}
