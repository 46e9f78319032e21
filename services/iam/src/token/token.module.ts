import { Module } from '@nestjs/common';
import { AgencyModule } from '../agency/agency.module.js';
import { UserModule } from '../user/user.module.js';
import { CatalogController } from './catalog.controller.js';
import { CreateTokenHandler } from './create-token.js';
import { SubjectTokens } from './subject-tokens.js';
import { TokenController } from './token.controller.js';

@Module({ imports: [UserModule, AgencyModule], controllers: [TokenController, CatalogController], providers: [CreateTokenHandler, SubjectTokens] })
export class TokenModule {}
