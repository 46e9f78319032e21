import { accepts, formatListener, parseListeners } from './listeners.js';

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

describe('reading what listens', () => {
  it('reads IPv4, IPv6 and mapped addresses, and only sockets that listen', () => {
    const table = `${HEADER}   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1003        0 1 1\n   1: 0100007F:1F40 0100007F:C000 01 0:0 0:0 0 1003 0 2 1\n   2: 0200007F:0050 00000000:0000 0A 0:0 0:0 0 1003 0 3 1\n`;
    const table6 = `${HEADER}   0: 00000000000000000000000000000000:1F40 0:0000 0A 0:0 0:0 0 1003 0 4 1\n   1: 0000000000000000FFFF00000100007F:1F40 0:0000 0A 0:0 0:0 0 1003 0 5 1\n   2: 00000000000000000000000001000000:2328 0:0000 0A 0:0 0:0 0 1003 0 6 1\n`;
    expect([...parseListeners(table), ...parseListeners(table6)].map(formatListener)).toEqual(['127.0.0.1:8000', '127.0.0.2:80', '[::]:8000', '127.0.0.1:8000', '[::1]:9000']);
  });

  it('knows who accepts a connection to 127.0.0.1', () => {
    const on = (address: string, port = 8000): boolean => accepts({ address, port }, 8000);
    expect([on('127.0.0.1'), on('0.0.0.0'), on('127.0.0.2'), on('::1'), on('0.0.0.0', 8080)]).toEqual([true, true, false, false, false]);
  });
});
