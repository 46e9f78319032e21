import { Module, type DynamicModule } from '@nestjs/common';
import { OpenApiDocument } from './docs/open-api.js';
import { PackageLinks } from './package-link/index.js';
import { HealthController } from './rest/health.controller.js';
import { OpenApiController } from './rest/openapi.controller.js';
import { OperationServer } from './rest/operation-server.js';
import { OperationsController } from './rest/operations.controller.js';
import { PackageController } from './rest/package.controller.js';
import { PlatformHealth, Services } from './upstream/index.js';

export interface ApiParts {
  readonly operationServer: OperationServer;
  readonly services: Services;
  readonly links: PackageLinks;
  readonly health: PlatformHealth;
  readonly document: OpenApiDocument;
}

@Module({})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      controllers: [HealthController, OpenApiController, PackageController, OperationsController],
      providers: [
        { provide: OperationServer, useValue: parts.operationServer },
        { provide: Services, useValue: parts.services },
        { provide: PackageLinks, useValue: parts.links },
        { provide: PlatformHealth, useValue: parts.health },
        { provide: OpenApiDocument, useValue: parts.document },
      ],
    };
  }
}
