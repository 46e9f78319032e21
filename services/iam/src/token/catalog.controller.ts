import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  KeystoneListRegionsRequest,
  KeystoneListRegionsResponse,
  KeystoneShowCatalogRequest,
  KeystoneShowCatalogResponse,
  KeystoneShowRegionRequest,
  KeystoneShowRegionResponse,
  Region,
} from '@windlass/contracts/iam/v1/catalog_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { PUBLIC_API_URL, REGION } from '../settings.js';
import { catalogOf } from './catalog.js';

@Controller()
export class CatalogController {
  constructor(
    private readonly callers: CallContextReader,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
    @Inject(REGION) private readonly region: string,
  ) {}

  @GrpcMethod('CatalogService', 'keystoneShowCatalog')
  keystoneShowCatalog(_request: KeystoneShowCatalogRequest, metadata: Metadata): KeystoneShowCatalogResponse {
    const { project_id: projectId } = this.callers.read(metadata).principal;
    const catalog = catalogOf({ publicApiUrl: this.publicApiUrl, region: this.region }, projectId === '' ? undefined : projectId);
    return { catalog, links: { self: `${this.publicApiUrl}/v3/auth/catalog` } };
  }

  @GrpcMethod('CatalogService', 'keystoneListRegions')
  keystoneListRegions(_request: KeystoneListRegionsRequest, metadata: Metadata): KeystoneListRegionsResponse {
    this.callers.read(metadata);
    return { regions: [this.ownRegion()], links: { self: `${this.publicApiUrl}/v3/regions`, next: undefined, previous: undefined } };
  }

  @GrpcMethod('CatalogService', 'keystoneShowRegion')
  keystoneShowRegion({ region_id: id }: KeystoneShowRegionRequest, metadata: Metadata): KeystoneShowRegionResponse {
    this.callers.read(metadata);
    if (id === this.region) return { region: this.ownRegion() };
    throw new WindlassError({ kind: 'not_found', reason: 'REGION_UNKNOWN', code: 'IAM.0004', message: `Could not find region: ${id}.` });
  }

  /** A deployment is one region. */
  private ownRegion(): Region {
    const { region: id, publicApiUrl } = this;
    return { id, type: 'public', description: '', locales: { 'en-us': id }, links: { self: `${publicApiUrl}/v3/regions/${id}` } };
  }
}
