/** Makes the folder for `InstanceSpec.runtimesDirectory`: this platform's own Node binary under the documented paths. */
export declare function prepareRuntimes(directory: string, nodeBinary?: string): Promise<void>;
/** PATH inside the sandbox: the runtime's Node first, then the system's folders. */
export declare const sandboxPath: string;
