import type { KafkaAddress } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import type { HistoryLimits } from './code-package/package-history.js';
import type { BucketEndpoints } from './code-package/bucket-links.js';
import type { PackageLocation } from './code-package/package-store.js';
import type { GatewayUrl } from './trigger/gateway-address.js';

export interface RegistryConfig {
  /** Address to serve gRPC on: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  /** PostgreSQL URL; the service keeps to the schema `registry`. */
  readonly databaseUrl: string;
  /** The database of the event bus; the service's own unless told. */
  readonly busUrl?: string;
  /** The event bus, where it is Kafka. */
  readonly kafka?: KafkaAddress;
  readonly region: string;
  /** 32 bytes: proves who is calling, and who is called for. */
  readonly principalKey: Buffer;
  /** 32 bytes: encrypts the values of encrypted_user_data. Losing it loses them. */
  readonly secretsKey: Buffer;
  /** Where code packages are kept. A folder is an absolute path, created when it does not exist; a bucket must exist. */
  readonly packages: PackageLocation;
  /** Servers of buckets that tenants may have code fetched from; none unless told. */
  readonly codeUrlEndpoints?: BucketEndpoints;
  /** gRPC address of the log service. */
  readonly logsAddress: string;
  /** gRPC address of iam: it knows the enterprise projects and agencies, and what those may do. */
  readonly iamAddress: string;
  /** gRPC address of the key service. */
  readonly kmsAddress: string;
  readonly gatewayUrl: GatewayUrl;
  /** Functions of one account unless an operator sets its quota; 400 by default. */
  readonly functionQuota?: number;
  /** Megabytes of all code of one account unless an operator sets its quota; 10240 by default. */
  readonly codeSizeQuotaMb?: number;
  /** How long code that functions no longer use is kept for rollbacks: days (30), and megabytes of one account (10240). */
  readonly packageHistory?: Partial<HistoryLimits>;
  readonly logger?: Logger;
}
