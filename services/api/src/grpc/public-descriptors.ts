import { create, createFileRegistry, fromBinary, toBinary, type DescMessage } from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  FileDescriptorProtoSchema,
  type FileDescriptorProto,
  type FileDescriptorSet,
} from '@bufbuild/protobuf/wkt';

/** Descriptor files in the order of their imports: a file comes after what it imports. */
export type DescriptorFiles = readonly FileDescriptorProto[];

/** What every server of gRPC has besides its operations. */
const STANDARD_RPCS = ['grpc.health.v1.Health.Check', 'grpc.health.v1.Health.Watch', 'grpc.reflection.v1.ServerReflection.ServerReflectionInfo'];
/** What the details of a failed call are made of. */
const ERROR_DETAILS = ['google.rpc.Status', 'google.rpc.ErrorInfo', 'google.rpc.RetryInfo', 'windlass.error.v1.ErrorDetail'];

/**
 * What tenants may know of a compiled FileDescriptorSet: the given rpcs (full names of services and methods, with a dot)
 * and the standard ones, the types they exchange, and the options on them. Internal rpcs and their messages are left out, and so are comments,
 * whose places would no longer fit.
 */
export function publicDescriptors(descriptors: Uint8Array, operations: Iterable<string>): DescriptorFiles {
  const rpcs = new Set([...operations, ...STANDARD_RPCS]);
  const set = fromBinary(FileDescriptorSetSchema, descriptors);
  const types = reachableTypes(set, rpcs);
  const kept = set.file.map((file) => publicPart(file, rpcs, types)).filter((file) => !isEmpty(file));
  const names = new Set(kept.map((file) => file.name));
  return kept.map((file) => ({ ...file, dependency: file.dependency.filter((name) => names.has(name)) }));
}

export function serialized(file: FileDescriptorProto): Buffer {
  return Buffer.from(toBinary(FileDescriptorProtoSchema, file));
}

function publicPart(file: FileDescriptorProto, rpcs: ReadonlySet<string>, types: ReadonlySet<string>): FileDescriptorProto {
  const service = file.service
    .map((each) => ({ ...each, method: each.method.filter((method) => rpcs.has(`${file.package}.${each.name}.${method.name}`)) }))
    .filter((each) => each.method.length > 0);
  const { sourceCodeInfo: _comments, ...rest } = file;
  // A file that defines an option is needed whole to read the options of the others.
  if (file.extension.length > 0 || file.name.startsWith('google/protobuf/')) return create(FileDescriptorProtoSchema, { ...rest, service });
  const isReached = (type: { name: string }) => types.has(`${file.package}.${type.name}`);
  return create(FileDescriptorProtoSchema, { ...rest, service, messageType: file.messageType.filter(isReached), enumType: file.enumType.filter(isReached) });
}

function isEmpty(file: FileDescriptorProto): boolean {
  return file.service.length === 0 && file.messageType.length === 0 && file.enumType.length === 0;
}

/** Full names of the types that the rpcs exchange; of a nested type, those around it too. */
function reachableTypes(set: FileDescriptorSet, rpcs: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (message: DescMessage) => {
    if (names.has(message.typeName)) return;
    names.add(message.typeName);
    if (message.parent !== undefined) visit(message.parent);
    for (const field of message.fields) {
      if (field.message !== undefined) visit(field.message);
      if (field.enum !== undefined) names.add(field.enum.typeName);
    }
  };
  const registry = createFileRegistry(set);
  for (const name of ERROR_DETAILS) {
    const detail = registry.getMessage(name);
    if (detail !== undefined) visit(detail);
  }
  for (const type of registry) {
    if (type.kind !== 'service') continue;
    for (const method of type.methods) {
      if (!rpcs.has(`${type.typeName}.${method.name}`)) continue;
      visit(method.input);
      visit(method.output);
    }
  }
  return names;
}
