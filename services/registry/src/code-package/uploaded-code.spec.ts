import fc from 'fast-check';
import { readUploadedCode, type CodeFields } from './uploaded-code.js';

const contentOf = (given: CodeFields): Buffer | undefined => {
  const code = readUploadedCode(given);
  return code.type === 'obs' ? undefined : code.content;
};
const fields = (change: Partial<CodeFields>): CodeFields => ({ code_type: 'zip', code_url: '', code_filename: 'x.zip', func_code: { file: 'aGk=', link: '' }, ...change });

describe('the code of a request', () => {
  it('is decoded from Base64, whatever the bytes and with line breaks too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const content = Buffer.from(bytes);
        const file = content.toString('base64').replace(/(.{10})/g, '$1\r\n');
        expect(contentOf(fields({ func_code: { file, link: '' } }))).toEqual(content);
      }),
    );
  });

  it.each(['aGk=!', 'a', 'aG*k', '<html>'])('that is not Base64 is refused: %s', (file) => {
    expect(() => readUploadedCode(fields({ func_code: { file, link: '' } }))).toThrow(expect.objectContaining({ code: 'FSS.1011' }));
  });

  it.each(['', 'Custom-Image-Swr', 'tar'])('of the type %j is refused in words', (code_type) => {
    expect(() => readUploadedCode(fields({ code_type }))).toThrow(expect.objectContaining({ code: 'FSS.1006', message: expect.stringContaining('zip') }));
  });

  it('that is missing is refused', () => {
    expect(() => readUploadedCode(fields({ func_code: undefined }))).toThrow(expect.objectContaining({ code: 'FSS.1012' }));
  });

  it('comes from a bucket when its type says so, and only then', () => {
    const url = 'https://bucket.example.com/y.zip';
    expect(readUploadedCode(fields({ code_type: 'obs', code_url: url, func_code: undefined }))).toEqual({ type: 'obs', filename: 'x.zip', url });
    expect(readUploadedCode(fields({ code_type: 'obs', func_code: { file: '', link: url } }))).toMatchObject({ url });
    for (const change of [{ code_url: url }, { func_code: { file: '', link: url } }, { code_type: 'obs' }, { code_type: 'obs', code_url: url }]) {
      expect(() => readUploadedCode(fields(change))).toThrow(expect.objectContaining({ code: 'FSS.1010' }));
    }
  });

  it('may be a jar, which is a zip with another name', () => {
    expect(readUploadedCode(fields({ code_type: 'jar', code_filename: 'app.jar' }))).toMatchObject({ type: 'jar', filename: 'app.jar' });
  });

  it('over 50 MB is refused as too large', () => {
    const file = Buffer.alloc(50 * 1024 * 1024 + 1).toString('base64');
    expect(() => readUploadedCode(fields({ func_code: { file, link: '' } }))).toThrow(expect.objectContaining({ kind: 'too_large', code: 'FSS.1071' }));
  });
});
