import type { Logger } from '@windlass/telemetry';

export interface ApiConfig {
  /** Where the REST API listens. Port 0 lets the system choose. */
  readonly host: string;
  readonly port: number;
  /** Where the tenants' gRPC listens. */
  readonly grpcHost: string;
  readonly grpcPort: number;
  /** Signs the caller for the services; 32 bytes, the same in all parts of a deployment. */
  readonly principalKey: Buffer;
  /** Signs download links; 32 bytes, the same in all edges of a deployment. */
  readonly linkKey: Buffer;
  /** gRPC address of the service that owns a proto package: {"windlass.registry.v1": "unix:/run/windlass/registry.sock"}. */
  readonly serviceAddresses: Readonly<Record<string, string>>;
  /** gRPC addresses of the workers. */
  readonly workerAddresses: readonly string[];
  /** The URL by which clients reach the REST API; download links begin with it. No slash at its end. */
  readonly publicUrl: string;
  /** Most bytes of a body that uploads code. Base64 in JSON takes a third more than the package. */
  readonly bodyLimitBytes: number;
  readonly logger?: Logger;
}

export const DEFAULT_PORT = 7400;
export const DEFAULT_GRPC_PORT = 7450;
/** Fits a package of 50 MB, the documented most, as Base64 in JSON. */
export const DEFAULT_BODY_LIMIT_BYTES = 72 * 1024 * 1024;
