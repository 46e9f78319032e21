import { createFileRegistry, fromBinary, getExtension, setExtension, toBinary, type DescExtension, type Message } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { readDescriptors } from '@windlass/contracts';
import { readOperations } from './read-operations.js';

/** The contracts with the option of one rpc changed, as a developer might get it wrong. */
function withOption(rpc: string, change: Record<string, unknown>): Uint8Array {
  const files = fromBinary(FileDescriptorSetSchema, readDescriptors());
  const extension = createFileRegistry(files).getExtension('windlass.options.v1.operation') as DescExtension;
  const method = files.file.flatMap((file) => file.service.flatMap((service) => service.method)).find((candidate) => candidate.name === rpc);
  if (method?.options === undefined) throw new Error(`no rpc ${rpc}`);
  setExtension(method.options, extension, { ...(getExtension(method.options, extension) as Message), ...change });
  return toBinary(FileDescriptorSetSchema, files);
}

describe('the operations of the contracts', () => {
  it('are complete: every rpc of the repository that has an option can be served', () => {
    expect(readOperations(readDescriptors()).length).toBeGreaterThan(30);
  });

  it('leave internal rpcs out', () => {
    const names = readOperations(readDescriptors()).map((operation) => operation.name);
    expect(names).toContain('CreateFunction');
    expect(names).not.toEqual(expect.arrayContaining(['CreateAccount', 'DownloadPackage', 'EnsureFunctionLog', 'Invoke']));
  });

  it.each([
    ['CreateFunction', { method: '' }, 'method "" is none of'],
    ['CreateFunction', { method: 'FETCH' }, 'method "FETCH" is none of'],
    ['CreateFunction', { path: '' }, 'path "" is no path template'],
    ['CreateFunction', { path: '/v2/{project_id}/{unheard_of}' }, 'path variable {unheard_of} is no string field of CreateFunctionRequest'],
    ['CreateFunction', { path: '/v2/{project_id}/{timeout}' }, 'path variable {timeout} is no string field'],
    ['CreateFunction', { path: '/v2/{project_id}/{project_id}' }, 'binds a field twice'],
    ['CreateFunction', { path: '/v2/functions' }, 'no {project_id}'],
    ['CreateFunction', { successStatus: 0 }, 'success_status 0 is no success'],
    ['CreateFunction', { access: 0 }, 'access is missing'],
    ['CreateFunction', { errors: 0 }, 'errors is missing'],
    ['CreateFunction', { errorPrefix: '' }, 'error_prefix is missing'],
    ['CreateFunction', { summary: '' }, 'summary is missing'],
    ['CreateFunction', { action: '' }, 'action is missing'],
    ['CreateFunction', { resource: '' }, 'resource is missing'],
    ['CreateFunction', { resource: 'function:{nobody}' }, 'resource names {nobody}'],
    ['CreateFunction', { body: 'nothing' }, 'body "nothing" is no field'],
    ['ListFunctionTriggers', { responseBody: 'nothing' }, 'response_body "nothing" is no field'],
    ['ListFunctions', { path: '/v2/{project_id}/groups' }, 'shares GET /v2/{}/groups'],
  ])('are refused when %s has %j', (rpc, change, problem) => {
    expect(() => readOperations(withOption(rpc, change))).toThrow(problem);
  });

  it('need no action where anyone may call', () => {
    expect(() => readOperations(withOption('CreateToken', { action: '' }))).not.toThrow();
  });

  it('are refused with every problem told at once', () => {
    expect(() => readOperations(withOption('CreateFunction', { summary: '', method: '' }))).toThrow(/method ""[^]*summary is missing/);
  });
});
