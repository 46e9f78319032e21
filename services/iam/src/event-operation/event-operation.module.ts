import { Module } from '@nestjs/common';
import { EventOperationController } from './event-operation.controller.js';

@Module({ controllers: [EventOperationController] })
export class EventOperationModule {}
