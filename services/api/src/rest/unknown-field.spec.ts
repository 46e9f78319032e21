import type { JsonValue } from '@bufbuild/protobuf';
import { operationNamed } from '../testing/peers.js';
import { assembleRequest } from './assemble-request.js';
import { findUnknownField } from './unknown-field.js';

const assemble = (name: string, body: JsonValue) =>
  assembleRequest(operationNamed(name), { variables: {}, query: new URLSearchParams(), body: Buffer.from(JSON.stringify(body)) });

describe('a name that no field has', () => {
  it.each<[string, JsonValue, string | undefined]>([
    ['SignUp', { account_name: 'acme', is_operator: true }, 'is_operator'],
    ['SignUp', { accountName: 'acme', email: null }, undefined],
    ['CreateUser', { user: { name: 'ann', nickname: 'a' } }, 'user.nickname'],
    ['CreateFunction', { func_vpc: { anything: 1 }, lts_custom_tag: { any: 'name' } }, undefined],
    ['CreateLogGroup', [], undefined],
  ])('is found in %s %j: %s', (operation, json, path) => {
    expect(findUnknownField(operationNamed(operation).input, json)).toBe(path);
  });

  it('is refused by our own API, naming it and not its value', () => {
    const call = () => assemble('SignUp', { account_name: 'acme', is_operator: 'hunter2' });
    expect(call).toThrow(expect.objectContaining({ kind: 'invalid', message: expect.stringContaining('"is_operator" is no field of this operation') }));
    expect(call).not.toThrow(/hunter2/);
  });

  it('is ignored where official clients send more than is documented', () => {
    expect(() => assemble('CreateUser', { user: { name: 'ann', nickname: 'a' } })).not.toThrow();
  });
});
