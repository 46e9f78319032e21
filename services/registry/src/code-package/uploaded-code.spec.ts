import fc from 'fast-check';
import { readUploadedCode, type CodeFields } from './uploaded-code.js';

const fields = (change: Partial<CodeFields>): CodeFields => ({ code_type: 'zip', code_url: '', code_filename: 'x.zip', func_code: { file: 'aGk=', link: '' }, ...change });

describe('the code of a request', () => {
  it('is decoded from Base64, whatever the bytes and with line breaks too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const content = Buffer.from(bytes);
        const file = content.toString('base64').replace(/(.{10})/g, '$1\r\n');
        expect(readUploadedCode(fields({ func_code: { file, link: '' } })).content).toEqual(content);
      }),
    );
  });

  it.each(['aGk=!', 'a', 'aG*k', '<html>'])('that is not Base64 is refused: %s', (file) => {
    expect(() => readUploadedCode(fields({ func_code: { file, link: '' } }))).toThrow(expect.objectContaining({ code: 'FSS.1011' }));
  });

  it.each(['', 'jar', 'obs', 'Custom-Image-Swr', 'tar'])('of the type %j is refused in words', (code_type) => {
    expect(() => readUploadedCode(fields({ code_type }))).toThrow(expect.objectContaining({ code: 'FSS.1006', message: expect.stringContaining('zip') }));
  });

  it('that is missing is refused', () => {
    expect(() => readUploadedCode(fields({ func_code: undefined }))).toThrow(expect.objectContaining({ code: 'FSS.1012' }));
  });

  it('behind a link is refused, not fetched', () => {
    expect(() => readUploadedCode(fields({ code_url: 'https://x/y.zip' }))).toThrow(expect.objectContaining({ code: 'FSS.1010' }));
  });

  it('over 50 MB is refused as too large', () => {
    const file = Buffer.alloc(50 * 1024 * 1024 + 1).toString('base64');
    expect(() => readUploadedCode(fields({ func_code: { file, link: '' } }))).toThrow(expect.objectContaining({ kind: 'too_large', code: 'FSS.1071' }));
  });
});
