import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatAddress } from '../network/egress/address-ranges.js';
import { IPV4_LINK } from '../network/egress/link.js';
import { HOME, SANDBOX_ID, type Binding } from './sandbox-view.js';

const FILES: Readonly<Record<string, string>> = {
  passwd: `root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nsnuser:x:${SANDBOX_ID}:${SANDBOX_ID}::${HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
  group: `root:x:0:\nsnuser:x:${SANDBOX_ID}:\nnogroup:x:65534:\n`,
  // Only the IPv4 loopback is "localhost": a server told to listen on "localhost" must be found at 127.0.0.1.
  hosts: '127.0.0.1 localhost function\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\nrpc: files\n',
};

/** By whether the instance has access to the public network. */
const RESOLVERS = {
  none: '# This network has no name server.\n',
  public: `nameserver ${formatAddress(IPV4_LINK.gateway)}\noptions timeout:3 attempts:3\n`,
};

/** The files of /etc that are the sandbox's own. They are the same for every instance and hold no secret. */
export interface PrivateEtc {
  readonly always: readonly Binding[];
  readonly resolver: Readonly<Record<keyof typeof RESOLVERS, Binding>>;
}

export async function writePrivateEtc(directory: string): Promise<PrivateEtc> {
  await mkdir(directory);
  await chmod(directory, 0o755);
  const place = async (inside: string, name: string, content: string): Promise<Binding> => {
    const host = join(directory, name);
    await writeFile(host, content);
    await chmod(host, 0o644);
    return { inside: `/etc/${inside}`, host };
  };
  const always = await Promise.all(Object.entries(FILES).map(([name, content]) => place(name, name, content)));
  const [none, open] = await Promise.all([place('resolv.conf', 'resolv.conf.none', RESOLVERS.none), place('resolv.conf', 'resolv.conf.public', RESOLVERS.public)]);
  return { always, resolver: { none, public: open } };
}
