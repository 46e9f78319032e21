import { createFileRegistry, fromBinary, getExtension, type DescExtension, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, type FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { ServerReflectionService, type ServerReflectionRequest, type ServerReflectionResponse } from '@windlass/contracts/grpc/reflection/v1/reflection';
import { operations } from '../testing/peers.js';
import { RunningEdge } from '../testing/running-edge.js';

const STANDARD = ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection'];

type Question = ServerReflectionRequest['message_request'];
type Answer = ServerReflectionResponse['message_response'];

describe.each(['v1', 'v1alpha'])("reflection, asked as %s without a credential", (version) => {
  const { requestSerialize, responseDeserialize } = ServerReflectionService.serverReflectionInfo;
  let edge: RunningEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await RunningEdge.start();
    client = new Client(`127.0.0.1:${edge.api.grpcPort}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await edge.stop();
  });

  /** The answers to questions asked in one conversation. */
  const ask = (...questions: Question[]): Promise<Answer[]> =>
    new Promise((resolve, reject) => {
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      const answers: Answer[] = [];
      stream.on('data', (response: ServerReflectionResponse) => answers.push(response.message_response));
      stream.once('end', () => resolve(answers));
      stream.once('error', reject);
      for (const message_request of questions) stream.write({ host: '', message_request });
      stream.end();
    });
  const filesOf = (answer: Answer): FileDescriptorProto[] => {
    if (answer?.$case !== 'file_descriptor_response') throw new Error(`no files: ${JSON.stringify(answer)}`);
    return answer.value.file_descriptor_proto.map((file) => fromBinary(FileDescriptorProtoSchema, file));
  };
  const serviceNames = async (): Promise<string[]> => {
    const [answer] = await ask({ $case: 'list_services', value: '*' });
    if (answer?.$case !== 'list_services_response') throw new Error('no services');
    return answer.value.service.map(({ name }) => name);
  };
  /** Everything of an answer, resolved from nothing but that answer. */
  const registryOf = (answer: Answer): FileRegistry => {
    const files = filesOf(answer);
    const ordered = new Set<FileDescriptorProto>();
    const add = (file: FileDescriptorProto | undefined): void => {
      for (const name of file?.dependency ?? []) add(files.find((candidate) => candidate.name === name));
      if (file !== undefined) ordered.add(file);
    };
    add(files[0]);
    return createFileRegistry({ $typeName: FileDescriptorSetSchema.typeName, file: [...ordered] });
  };

  it('lists exactly the services that have public operations, and the standard ones', async () => {
    expect(await serviceNames()).toEqual([...STANDARD, ...new Set(operations.map(({ service }) => service))].sort());
  });

  it('shows every public operation with its messages and options, and no rpc besides', async () => {
    const names = (await serviceNames()).filter((name) => !STANDARD.includes(name));
    const answers = await ask(...names.map((value): Question => ({ $case: 'file_containing_symbol', value })));
    const rpcs = answers.flatMap((answer, index) => {
      const registry = registryOf(answer);
      const option = registry.getExtension('windlass.options.v1.operation') as DescExtension;
      return (registry.getService(names[index] ?? '')?.methods ?? []).map((method) => {
        const { path } = getExtension(method.proto.options as never, option) as unknown as { path: string };
        return { rpc: `/${method.parent.typeName}/${method.name}`, input: method.input.typeName, output: method.output.typeName, path };
      });
    });
    const byRpc = (a: { rpc: string }, b: { rpc: string }) => (a.rpc < b.rpc ? -1 : 1);
    const expected = operations.map((operation) => ({ rpc: operation.rpcPath, input: operation.input.typeName, output: operation.output.typeName, path: operation.path }));
    expect(rpcs.sort(byRpc)).toEqual(expected.sort(byRpc));
  });

  it.each([
    ['file_containing_symbol', 'windlass.registry.v1.InvocationService.ResolveInvocation'],
    ['file_containing_symbol', 'windlass.registry.v1.ResolveInvocationResponse'],
    ['file_containing_symbol', 'windlass.iam.v1.AuthenticationService'],
    ['file_containing_symbol', 'windlass.iam.v1.Principal'],
    ['file_by_filename', 'windlass/iam/v1/principal.proto'],
    ['file_by_filename', '../../etc/passwd'],
    ['file_containing_symbol', '__proto__'],
  ] as const)('knows nothing of the inside: %s %s', async ($case, value) => {
    expect(await ask({ $case, value })).toEqual([{ $case: 'error_response', value: { error_code: 5, error_message: expect.stringContaining(value) } }]);
  });

  it('finds files by name, by nested symbol and by extension', async () => {
    const answers = await ask(
      { $case: 'file_by_filename', value: 'windlass/registry/v1/function_service.proto' },
      { $case: 'file_containing_symbol', value: 'windlass.iam.v1.CreateTokenRequest.Auth' },
      { $case: 'file_containing_symbol', value: 'windlass.registry.v1.FunctionService.CreateFunction' },
      { $case: 'file_containing_extension', value: { containing_type: 'google.protobuf.MethodOptions', extension_number: 50_001 } },
    );
    expect(answers.map((answer) => filesOf(answer)[0]?.name)).toEqual([
      'windlass/registry/v1/function_service.proto',
      'windlass/iam/v1/token_service.proto',
      'windlass/registry/v1/function_service.proto',
      'windlass/options/v1/operation.proto',
    ]);
    expect(await ask({ $case: 'all_extension_numbers_of_type', value: 'google.protobuf.MethodOptions' })).toEqual([
      { $case: 'all_extension_numbers_response', value: { base_type_name: 'google.protobuf.MethodOptions', extension_number: [50_001] } },
    ]);
  });

  it('knows what the details of failed calls are made of', async () => {
    const answers = await ask(...['google.rpc.ErrorInfo', 'windlass.error.v1.ErrorDetail'].map((value): Question => ({ $case: 'file_containing_symbol', value })));
    expect(answers.flatMap((answer) => filesOf(answer)[0]?.name)).toEqual(['google/rpc/error_details.proto', 'windlass/error/v1/error.proto']);
  });

  it('answers what it does not understand, and goes on', async () => {
    const answers = await ask(undefined, { $case: 'list_services', value: '' });
    expect(answers.map((answer) => answer?.$case)).toEqual(['error_response', 'list_services_response']);
  });
});
