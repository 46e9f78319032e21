import { readFileSync } from 'node:fs';

// Generated messages and service definitions are imported by path: `@windlass/contracts/registry/v1/function_service`.

/** The compiled descriptors of everything under `proto/`: a `google.protobuf.FileDescriptorSet`, as `buf build` writes it. */
export function readDescriptors(): Uint8Array {
  return readFileSync(new URL('../descriptors.binpb', import.meta.url));
}
