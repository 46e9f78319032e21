import { requireTestEventContent, requireTestEventName } from './test-event.js';

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

describe('a test event', () => {
  it.each(['a', 'event-1', 'A_b', 'a'.repeat(25)])('may be named %s', (name) => expect(requireTestEventName(name)).toBe(name));
  it.each(['', '1a', 'a-', 'a b', 'é', 'a'.repeat(26), 'a\n'])('may not be named %j', (name) => expect(() => requireTestEventName(name)).toThrow(/is no name/));

  it.each(['{"a":1}', '[]', '"é"', 'null', JSON.stringify('x'.repeat(4094))])('may be %s', (json) => {
    expect(requireTestEventContent(base64(json))).toBe(base64(json));
    expect(requireTestEventContent(base64(json).replace(/=+$/, ''))).toBeDefined();
  });

  it.each(['', '{"a":1}', base64('{'), base64(Buffer.from([0x22, 0xff, 0x22])), `${base64('{}')}!`])('may not be %j', (content) => {
    expect(() => requireTestEventContent(content)).toThrow(/Base64 form of a JSON text/);
  });

  it('may not have more than 4 KB', () => expect(() => requireTestEventContent(base64(JSON.stringify('x'.repeat(4095))))).toThrow(/4097 bytes, and 4096/));
});
