import { Module } from '@nestjs/common';
import { QuotaController } from './quota.controller.js';

@Module({ controllers: [QuotaController] })
export class QuotaModule {}
