import { operationNamed } from '../testing/peers.js';
import { findWrongField } from './wrong-field.js';

describe('the wrong field', () => {
  const logs = operationNamed('QueryLogs').output;
  const token = operationNamed('CreateToken').input;

  it('is named with its place in a list', () => {
    expect(findWrongField(logs, { logs: [{ content: 'a' }, { content: 'b', labels: { x: 1 } }] })).toEqual({ path: 'logs[1].labels', expected: 'an object, each value a string' });
    expect(findWrongField(logs, { logs: ['a'] })).toEqual({ path: 'logs[0]', expected: 'a JSON object' });
    expect(findWrongField(logs, { logs: {} })).toEqual({ path: 'logs', expected: 'a list of objects' });
  });

  it('is named without its value, which may be a secret', () => {
    const wrong = findWrongField(token, { auth: { identity: { password: { user: { password: ['hunter2'] } } } } });
    expect(wrong).toEqual({ path: 'auth.identity.password.user.password', expected: 'a string' });
  });

  it('is the whole when a field is named twice', () => {
    expect(findWrongField(operationNamed('ListKeys').output, { next_marker: 'a', nextMarker: 'b' })).toEqual({ path: '', expected: 'an object that names every field once' });
  });
});
