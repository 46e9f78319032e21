import { Module } from '@nestjs/common';
import { AccessKeyController } from './access-key.controller.js';
import { ChangeAccessKeyHandler } from './change-access-key.js';
import { CreateAccessKeyHandler } from './create-access-key.js';
import { DeleteAccessKeyHandler } from './delete-access-key.js';

@Module({ controllers: [AccessKeyController], providers: [CreateAccessKeyHandler, ChangeAccessKeyHandler, DeleteAccessKeyHandler] })
export class AccessKeyModule {}
