import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Transport, type GrpcOptions } from '@nestjs/microservices';

/** Largest message on the control plane: a 50 MB package as Base64 in JSON is decoded at the edge, so 64 MiB holds every call. */
export const MAX_MESSAGE_BYTES = 72 * 1024 * 1024;

/**
 * Nest transport options for gRPC with the static codecs of the generated contracts: no .proto file and no loader at
 * run time. `services` maps full service names ("windlass.iam.v1.TokenService") to their generated definitions.
 */
export function grpcServer(options: {
  address: string;
  services: Readonly<Record<string, ServiceDefinition<UntypedServiceImplementation>>>;
}): GrpcOptions {
  const packages = new Set(Object.keys(options.services).map((name) => name.slice(0, name.lastIndexOf('.'))));
  return {
    transport: Transport.GRPC,
    options: {
      url: options.address,
      package: [...packages],
      // Nest types this as loader output; a service definition by full name is what it reads.
      packageDefinition: options.services as never,
      maxReceiveMessageLength: MAX_MESSAGE_BYTES,
      maxSendMessageLength: MAX_MESSAGE_BYTES,
    },
  };
}
