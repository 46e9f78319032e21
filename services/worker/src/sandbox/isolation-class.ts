/**
 * What walls an instance in. `standard`: the namespaces, limits and filters of this machine's kernel. `strong`: these too, and in them a
 * kernel of its own that runs as an ordinary program (gVisor), so that the app's system calls do not reach the machine's kernel.
 */
export type IsolationClass = 'standard' | 'strong';
