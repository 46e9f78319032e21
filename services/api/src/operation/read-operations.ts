import { createFileRegistry, fromBinary, getOption, hasOption, ScalarType, toBinary, type DescMethod, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Access, ErrorFamily as ErrorFamilyOption, Operation as OperationOption } from '@windlass/contracts/options/v1/operation';
import type { ErrorFamily, Operation, OperationAccess } from './operation.js';
import { parsePathTemplate, pathShape, templateFields } from './path-template.js';

const EXTENSION = 'windlass.options.v1.operation';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const ACCESS: Partial<Record<Access, OperationAccess>> = {
  [Access.ANONYMOUS]: 'anonymous',
  [Access.AUTHENTICATED]: 'authenticated',
  [Access.PROJECT]: 'project',
  [Access.DOMAIN]: 'domain',
  [Access.OPERATOR]: 'operator',
};

const FAMILY: Partial<Record<ErrorFamilyOption, ErrorFamily>> = {
  [ErrorFamilyOption.FLAT]: 'flat',
  [ErrorFamilyOption.WRAPPED]: 'wrapped',
  [ErrorFamilyOption.KEYSTONE]: 'keystone',
};

/**
 * The public operations of a compiled FileDescriptorSet, in the order of the files. Throws an error that lists every rpc
 * whose option is incomplete or contradicts its messages: an edge that cannot serve its contract does not start.
 */
export function readOperations(descriptors: Uint8Array): readonly Operation[] {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  const operations: Operation[] = [];
  const problems: string[] = [];
  for (const type of registry) {
    if (type.kind !== 'service') continue;
    for (const method of type.methods) {
      const option = readOption(registry, method);
      if (option === undefined) continue;
      const operation = toOperation(method, option);
      const found = problemsOf(method, option, operation);
      problems.push(...found.map((problem) => `${type.typeName}.${method.name}: ${problem}`));
      if (found.length === 0) operations.push(operation);
    }
  }
  problems.push(...sharedRoutes(operations));
  if (operations.length === 0 && problems.length === 0) problems.push('no rpc has an operation option');
  if (problems.length > 0) throw new Error(`the operations of the contracts cannot be served:\n  ${problems.join('\n  ')}`);
  return operations;
}

function readOption(registry: FileRegistry, method: DescMethod): OperationOption | undefined {
  const extension = registry.getExtension(EXTENSION);
  if (extension?.message === undefined || !hasOption(method, extension)) return undefined;
  return OperationOption.decode(toBinary(extension.message, getOption(method, extension) as never));
}

function toOperation(method: DescMethod, option: OperationOption): Operation {
  return {
    name: method.name,
    service: method.parent.typeName,
    owner: method.parent.file.proto.package,
    rpcPath: `/${method.parent.typeName}/${method.name}`,
    method: option.method,
    path: option.path,
    segments: parsePathTemplate(option.path) ?? [],
    body: option.body,
    responseBody: option.response_body,
    successStatus: option.success_status,
    // Nothing is open by omission: `problemsOf` refuses an option that leaves these out.
    access: ACCESS[option.access] ?? 'project',
    errors: FAMILY[option.errors] ?? 'flat',
    action: option.action,
    resource: option.resource,
    errorPrefix: option.error_prefix,
    adapter: option.adapter,
    summary: option.summary,
    grantable: option.grantable,
    streaming: method.methodKind === 'server_streaming',
    input: method.input,
    output: method.output,
  };
}

function problemsOf(method: DescMethod, option: OperationOption, operation: Operation): readonly string[] {
  const requestFields = new Set(method.input.fields.map((field) => field.name));
  const responseFields = new Set(method.output.fields.map((field) => field.name));
  const pathFields = operation.segments.flatMap((segment) => (segment.kind === 'variable' ? [segment.name] : []));
  const problems: string[] = [];
  const require = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };

  require(method.methodKind === 'unary' || operation.streaming, 'only an rpc with one request can be an operation');
  require(!operation.streaming || (option.method === 'GET' && option.adapter !== ''), 'a stream of answers is asked for with GET and has an adapter');
  require(METHODS.includes(option.method), `method "${option.method}" is none of ${METHODS.join(', ')}`);
  require(operation.segments.length > 0, `path "${option.path}" is no path template`);
  require(new Set(pathFields).size === pathFields.length, `path "${option.path}" binds a field twice`);
  require(option.success_status >= 200 && option.success_status < 300, `success_status ${option.success_status} is no success`);
  require(option.access in ACCESS, 'access is missing');
  require(option.errors in FAMILY, 'errors is missing');
  require(option.error_prefix !== '', 'error_prefix is missing');
  require(option.summary !== '', 'summary is missing');
  if (operation.access !== 'anonymous') {
    require(option.action !== '', 'action is missing');
    require(option.resource !== '', 'resource is missing');
  }
  if (operation.access === 'project') require(pathFields.includes('project_id'), 'access is of a project but the path has no {project_id}');
  for (const name of pathFields) require(isText(method, name), `path variable {${name}} is no string field of ${method.input.name}`);
  for (const name of templateFields(option.resource)) {
    require(requestFields.has(name), `resource names {${name}}, which is no field of ${method.input.name}`);
  }
  if (option.body !== '' && option.body !== '*') require(requestFields.has(option.body), `body "${option.body}" is no field of ${method.input.name}`);
  if (option.response_body !== '') {
    require(responseFields.has(option.response_body), `response_body "${option.response_body}" is no field of ${method.output.name}`);
  }
  return problems;
}

function isText(method: DescMethod, name: string): boolean {
  const field = method.input.fields.find((candidate) => candidate.name === name);
  return field?.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
}

function sharedRoutes(operations: readonly Operation[]): readonly string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const operation of operations) {
    const route = `${operation.method} ${pathShape(operation.segments)}`;
    const owner = owners.get(route);
    if (owner !== undefined) problems.push(`${operation.service}.${operation.name}: shares ${route} with ${owner}`);
    owners.set(route, `${operation.service}.${operation.name}`);
  }
  return problems;
}
