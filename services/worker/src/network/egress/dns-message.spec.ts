import fc from 'fast-check';
import { DnsStreamGuard, isQuestion, refusalOf } from './dns-message.js';

const question = (type = 1, flags = 0x0100): Buffer => {
  const message = Buffer.from('123400000001000000000000076578616d706c6503636f6d0000000001', 'hex');
  message.writeUInt16BE(flags, 2);
  message.writeUInt16BE(type, message.length - 4);
  return message;
};
const framed = (message: Buffer): Buffer => Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);

describe('what goes to the name servers', () => {
  it('is a question for a record', () => {
    for (const type of [1, 28, 15, 16, 33, 65]) expect(isQuestion(question(type))).toBe(true);
  });

  it.each([
    ['a zone transfer', question(252)],
    ['an incremental one', question(251)],
    ['an answer', question(1, 0x8180)],
    ['an update', question(1, 0x2800)],
    ['a notice', question(1, 0x2000)],
    ['half a question', question().subarray(0, 20)],
    ['a name that points elsewhere', Buffer.from('12340100000100000000000ac00c00010001', 'hex')],
    ['text', Buffer.from('GET / HTTP/1.1\r\nhost: example.com\r\n\r\n')],
  ])('is not %s', (_, message) => expect(isQuestion(message)).toBe(false));

  it('is refused in the words of the protocol', () => {
    expect(refusalOf(question(252))?.readUInt16BE(2)).toBe(0x8185);
    expect(refusalOf(question(1, 0x8180))).toBeUndefined();
  });

  it('passes a connection in whole messages, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 }), (cuts) => {
        const sent = Buffer.concat([framed(question()), framed(question(28))]);
        const guard = new DnsStreamGuard();
        const passed: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, sent.length]) {
          passed.push(guard.pass(sent.subarray(at, at + cut)) ?? Buffer.from('ended'));
          at = Math.min(sent.length, at + cut);
        }
        expect(Buffer.concat(passed)).toEqual(sent);
      }),
    );
  });

  it('ends a connection that says anything else', () => {
    expect(new DnsStreamGuard().pass(framed(question(252)))).toBeUndefined();
    expect(new DnsStreamGuard().pass(Buffer.from('SSH-2.0-x\r\n'))).toBeUndefined();
  });
});
