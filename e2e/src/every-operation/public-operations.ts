import { createFileRegistry, fromBinary, getOption, hasOption, toBinary, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { readDescriptors } from '@windlass/contracts';
import { Access, Operation as OperationOption, type ErrorFamily } from '@windlass/contracts/options/v1/operation';

/** An operation of the public API, as the contracts declare it. */
export interface PublicOperation {
  readonly name: string;
  readonly rpcPath: string;
  readonly method: string;
  readonly path: string;
  /** Fields of the request that the path names. */
  readonly pathFields: readonly string[];
  readonly body: string;
  readonly access: Access;
  readonly errors: ErrorFamily;
  readonly action: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Whether it answers with a stream, which ends when the caller has seen enough. */
  readonly streaming: boolean;
}

/** Every operation of every service: nothing here names one. */
export const publicOperations: readonly PublicOperation[] = readAll();

export const guardedOperations = publicOperations.filter(({ access }) => access !== Access.ANONYMOUS);

export function operationNamed(name: string): PublicOperation {
  const operation = publicOperations.find((candidate) => candidate.name === name);
  if (operation === undefined) throw new Error(`the contracts have no operation ${name}`);
  return operation;
}

function readAll(): PublicOperation[] {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readDescriptors()));
  const extension = registry.getExtension('windlass.options.v1.operation');
  if (extension?.message === undefined) throw new Error('the contracts define no operation option');
  const found: PublicOperation[] = [];
  for (const type of registry) {
    if (type.kind !== 'service') continue;
    for (const method of type.methods) {
      if (!hasOption(method, extension)) continue;
      const option = OperationOption.decode(toBinary(extension.message, getOption(method, extension) as never));
      const pathFields = [...option.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
      const { method: httpMethod, path, body, access, errors, action } = option;
      const rpcPath = `/${type.typeName}/${method.name}`;
      found.push({ name: method.name, rpcPath, method: httpMethod, path, pathFields, body, access, errors, action, input: method.input, output: method.output, streaming: method.methodKind === 'server_streaming' });
    }
  }
  return found;
}
