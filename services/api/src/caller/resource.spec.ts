import { create } from '@bufbuild/protobuf';
import { operationNamed } from '../testing/peers.js';
import { functionPath, resourceOf } from './resource.js';

function resource(name: string, fields: Record<string, string>): string {
  const operation = operationNamed(name);
  return resourceOf(operation, create(operation.input, fields));
}

describe('the resource of a request', () => {
  it.each([
    ['hello', 'default/hello'],
    ['dev:hello', 'dev/hello'],
    ['p1:dev:hello', 'dev/hello'],
    ['p1:dev:hello:latest', 'dev/hello'],
    ['urn:fss:local-1:p1:function:dev:hello', 'dev/hello'],
    ['urn:fss:local-1:p1:function:dev:hello:!live', 'dev/hello'],
    ['', 'default/'],
    ['a:b:c:d:e', 'a:b:c:d:e'],
  ])('is, for the function URN "%s", the function %s', (urn, path) => {
    expect(functionPath(urn)).toBe(path);
    expect(resource('ShowFunctionConfig', { functionUrn: urn })).toBe(`function:${path}`);
  });

  it('is, for what is decrypted, the key that the ciphertext names, whatever key the request names', () => {
    const ciphertext = Buffer.from('0200112233445566778899aabbccddeeff00000001' + '00'.repeat(40), 'hex').toString('base64');
    expect(resource('DecryptData', { cipherText: ciphertext, keyId: 'another' })).toBe('KeyId:00112233-4455-6677-8899-aabbccddeeff');
    for (const none of ['', 'AAAA', '!']) expect(resource('DecryptData', { cipherText: none, keyId: 'another' })).not.toContain('another');
  });

  it('is the template of the operation, filled from the request', () => {
    expect(resource('CreateFunction', { package: 'dev', funcName: 'hello' })).toBe('function:dev/hello');
    expect(resource('ListFunctions', {})).toBe('function:*');
    expect(resource('DeleteLogGroup', { logGroupId: 'g1' })).toBe('group:g1');
  });
});
