import koffi from 'koffi';
import { errorOf } from '../egress/rtnetlink.js';
import { closeFd, interfaceIndex, readInto, writeFrom } from '../egress/system-calls.js';

const socket = koffi.load('libc.so.6').func('int socket(int domain, int type, int protocol)');
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;

/** rtnetlink(7) of the namespace this process is in. */
export class Netlink {
  readonly #fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, 0) as number;

  request(message: Uint8Array): void {
    const sent = writeFrom(this.#fd, message);
    if (sent < 0) throw new Error(`netlink took no message: errno ${-sent}`);
    const answer = Buffer.alloc(4_096);
    const errno = errorOf(answer.subarray(0, readInto(this.#fd, answer)));
    if (errno !== 0) throw new Error(`netlink answered errno ${errno}`);
  }

  indexOf(name: string): number {
    return interfaceIndex(this.#fd, name);
  }

  close(): void {
    closeFd(this.#fd);
  }
}
