import { endToEndFields } from './connection-fields.js';
import { HeaderList, type HeaderField } from './header-list.js';

const passedOn = (...fields: HeaderField[]): HeaderField[] => endToEndFields(new HeaderList(fields));

describe('the fields a proxy passes on', () => {
  it('keep case and order', () => {
    const fields: HeaderField[] = [['X-B', '1'], ['hOsT', 'h'], ['x-a', '2'], ['X-B', '3'], ['Content-Length', '4']];
    expect(passedOn(...fields)).toEqual(fields);
  });

  it.each([
    'Connection', 'Keep-Alive', 'Proxy-Connection', 'Proxy-Authenticate', 'Proxy-Authorization', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade',
  ])('do not contain %s', (name) => {
    expect(passedOn([name, 'x'], ['A', '1'])).toEqual([['A', '1']]);
  });

  it('do not contain what Connection lists, in any case and any number of lines', () => {
    expect(passedOn(['Connection', 'X-One , close'], ['connection', ',x-TWO'], ['x-one', '1'], ['X-Two', '2'], ['X-Three', '3'])).toEqual([
      ['X-Three', '3'],
    ]);
  });

  it('keep host and length even when Connection lists them', () => {
    const kept: HeaderField[] = [['Host', 'h'], ['Content-Length', '3']];
    expect(passedOn(['Connection', 'host, content-length'], ...kept)).toEqual(kept);
  });

  it('can be followed by own fields that no sender can have removed', () => {
    const forwarded = passedOn(['Connection', 'X-CFF-Request-Id'], ['X-CFF-Request-Id', 'forged']);
    forwarded.push(['X-CFF-Request-Id', 'ours']);
    expect(forwarded).toEqual([['X-CFF-Request-Id', 'ours']]);
  });
});
