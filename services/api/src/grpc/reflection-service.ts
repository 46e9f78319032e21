import { once } from 'node:events';
import type { DescriptorProto } from '@bufbuild/protobuf/wkt';
import { status, type Server, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js';
import {
  ServerReflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '@windlass/contracts/grpc/reflection/v1/reflection';
import { serialized, type DescriptorFiles } from './public-descriptors.js';

type Answer = ServerReflectionResponse['message_response'];
type Stream = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

const METHOD = 'ServerReflectionInfo';
const SERVICES = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];

export const REFLECTION_PATHS: readonly string[] = SERVICES.map((service) => `/${service}/${METHOD}`);

/** Lets clients such as grpcurl learn the contract from the server, under the name of today and the older one. */
export function addReflectionService(server: Server, files: DescriptorFiles): void {
  const contract = new ReflectedContract(files);
  for (const path of REFLECTION_PATHS) {
    const definition: ServiceDefinition = { [METHOD]: { ...ServerReflectionService.serverReflectionInfo, path } };
    server.addService(definition, { [METHOD]: (stream: Stream) => void converse(stream, contract) });
  }
}

/** One answer for each question; the next is read once the client has taken the last. */
async function converse(stream: Stream, contract: ReflectedContract): Promise<void> {
  const gone = new AbortController();
  stream.once('cancelled', () => gone.abort());
  try {
    for await (const request of stream as AsyncIterable<ServerReflectionRequest>) {
      const response = { valid_host: request.host, original_request: request, message_response: contract.answer(request) };
      if (!stream.write(response)) await once(stream, 'drain', { signal: gone.signal });
    }
    stream.end();
  } catch {
    // The client has gone.
    stream.destroy();
  }
}

/** A set of descriptor files, to be asked. */
export class ReflectedContract {
  private readonly fileOfSymbol = new Map<string, string>();
  private readonly services: readonly string[];
  /** Serialized files by name, each with what it imports, directly or not. */
  private readonly bundles = new Map<string, readonly Buffer[]>();
  private readonly extensions = new Map<string, Map<number, string>>();

  constructor(files: DescriptorFiles) {
    const imports = new Map<string, ReadonlySet<string>>();
    const bytes = new Map<string, Buffer>();
    for (const file of files) {
      bytes.set(file.name, serialized(file));
      imports.set(file.name, new Set([file.name, ...file.dependency.flatMap((name) => [...(imports.get(name) ?? [])])]));
      this.bundles.set(file.name, [...(imports.get(file.name) ?? [])].flatMap((name) => bytes.get(name) ?? []));
      for (const symbol of symbolsOf(file)) this.fileOfSymbol.set(symbol, file.name);
      for (const { extendee, number } of file.extension) {
        const base = extendee.replace(/^\./, '');
        this.extensions.set(base, (this.extensions.get(base) ?? new Map<number, string>()).set(number, file.name));
      }
    }
    this.services = files.flatMap((file) => file.service.map((service) => `${file.package}.${service.name}`)).sort();
  }

  answer({ message_request: question }: ServerReflectionRequest): Answer {
    switch (question?.$case) {
      case 'list_services':
        return { $case: 'list_services_response', value: { service: this.services.map((name) => ({ name })) } };
      case 'file_by_filename':
        return this.file(question.value, question.value);
      case 'file_containing_symbol':
        return this.file(this.fileOfSymbol.get(question.value), question.value);
      case 'file_containing_extension': {
        const { containing_type: base, extension_number: number } = question.value;
        return this.file(this.extensions.get(base)?.get(number), `extension ${number} of ${base}`);
      }
      case 'all_extension_numbers_of_type': {
        const numbers = [...(this.extensions.get(question.value)?.keys() ?? [])];
        if (numbers.length === 0 && !this.fileOfSymbol.has(question.value)) return notFound(question.value);
        return { $case: 'all_extension_numbers_response', value: { base_type_name: question.value, extension_number: numbers } };
      }
      case undefined:
        return { $case: 'error_response', value: { error_code: status.INVALID_ARGUMENT, error_message: 'The request asks nothing.' } };
      default:
        return question satisfies never;
    }
  }

  private file(name: string | undefined, asked: string): Answer {
    const bundle = name === undefined ? undefined : this.bundles.get(name);
    return bundle === undefined ? notFound(asked) : { $case: 'file_descriptor_response', value: { file_descriptor_proto: [...bundle] } };
  }
}

function notFound(what: string): Answer {
  return { $case: 'error_response', value: { error_code: status.NOT_FOUND, error_message: `The contract has no ${what}.` } };
}

function symbolsOf(file: DescriptorFiles[number]): readonly string[] {
  const within = (scope: string, message: DescriptorProto): string[] => {
    const name = `${scope}.${message.name}`;
    return [name, ...message.nestedType.flatMap((nested) => within(name, nested)), ...message.enumType.map((each) => `${name}.${each.name}`)];
  };
  return [
    ...file.service.flatMap((service) => [`${file.package}.${service.name}`, ...service.method.map((method) => `${file.package}.${service.name}.${method.name}`)]),
    ...file.messageType.flatMap((message) => within(file.package, message)),
    ...file.enumType.map((each) => `${file.package}.${each.name}`),
    ...file.extension.map((each) => `${file.package}.${each.name}`),
  ];
}
