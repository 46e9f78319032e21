import fc from 'fast-check';
import { maskSecrets } from './mask-secrets.js';

describe('masking secrets in a line', () => {
  it.each([
    ['{"user":"ann","password":"hunter2","n":1}', '{"user":"ann","password":"***","n":1}'],
    ['{"dbPassword" : "a \\"quoted\\" one", "x": 1}', '{"dbPassword" : "***", "x": 1}'],
    ['{"token": 12345, "next": true}', '{"token": ***, "next": true}'],
    ['{"outer":"{\\"api_key\\":\\"k-1\\",\\"n\\":2}"}', '{"outer":"{\\"api_key\\":\\"***\\",\\"n\\":2}"}'],
    ['level=info access_key=AKIA123 secret_access_key=abc/def+x= took=3', 'level=info access_key=*** secret_access_key=*** took=3'],
    ['Authorization: Bearer eyJhbGciOi.x.y', 'Authorization: Bearer ***'],
    ['authorization: Basic dXNlcjpwYXNz, accept: */*', 'authorization: Basic ***, accept: */*'],
    ['GET /cb?code=1&access_token=abc&x=2 200', 'GET /cb?code=1&access_token=***&x=2 200'],
    ["{ passphrase: 'it is', id: 3 }", "{ passphrase: '***', id: 3 }"],
    ['X-Auth-Token: gAAA', 'X-Auth-Token: ***'],
    ['"apiKey" => "k"', '"apiKey" => "***"'],
    ['{"password":"cut off', '{"password":"***'],
    ['{"password":"","token":null}', '{"password":"","token":***}'],
  ])('%s', (line, masked) => expect(maskSecrets(line)).toBe(masked));

  it.each(['the password was wrong', 'total_tokens=512', 'secretary: ', 'passed=3', 'monkey=1', '{"credentials":{"user":"ann"}}', 'GET /tokens/7 200'])('leaves %s', (line) => {
    expect(maskSecrets(line)).toBe(line);
  });

  it('lets no value of such a name through, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 4, maxLength: 40 }), fc.constantFrom('password', 'userToken', 'API-KEY', 'client_secret'), (value, name) => {
        const secret = `S3CR3T${value}T3RC3S`;
        const line = maskSecrets(JSON.stringify({ before: 1, [name]: secret, after: 'still here' }));
        expect(line).toBe(JSON.stringify({ before: 1, [name]: '***', after: 'still here' }));
      }),
    );
  });

  it('takes time in proportion to the line, however it is made', () => {
    const longest = 1_000_000;
    for (const piece of ['a', 'token', 'token=', 'token="', 'token:\\"', 'pass', 'token ', '\\', 'token="\\']) {
      expect(maskSecrets(piece.repeat(longest / piece.length)).length).toBeGreaterThan(0);
    }
  });
});
