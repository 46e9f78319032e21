import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOME, SANDBOX_ID, type Binding } from './sandbox-view.js';

const FILES: Readonly<Record<string, string>> = {
  passwd: `root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nsnuser:x:${SANDBOX_ID}:${SANDBOX_ID}::${HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
  group: `root:x:0:\nsnuser:x:${SANDBOX_ID}:\nnogroup:x:65534:\n`,
  // Only the IPv4 loopback is "localhost": a server told to listen on "localhost" must be found at 127.0.0.1.
  hosts: '127.0.0.1 localhost function\n',
  'resolv.conf': '# This network has no name server.\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\nrpc: files\n',
};

/** Writes the files of /etc that are the sandbox's own. They are the same for every instance and hold no secret. */
export async function writePrivateEtc(directory: string): Promise<Binding[]> {
  await mkdir(directory);
  await chmod(directory, 0o755);
  return Promise.all(
    Object.entries(FILES).map(async ([name, content]) => {
      const host = join(directory, name);
      await writeFile(host, content);
      await chmod(host, 0o644);
      return { inside: `/etc/${name}`, host };
    }),
  );
}
