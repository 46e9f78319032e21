import { type ApiConfig, DEFAULT_BODY_LIMIT_BYTES, DEFAULT_GRPC_PORT, DEFAULT_PORT } from './api-config.js';

/**
 * The configuration from environment variables. Throws one error that lists everything wrong.
 *
 * - `WINDLASS_API_HOST`, `WINDLASS_API_PORT` (127.0.0.1, 7400): REST. `WINDLASS_API_GRPC_HOST`, `WINDLASS_API_GRPC_PORT` (127.0.0.1, 7450): gRPC.
 * - `WINDLASS_PRINCIPAL_KEY`, `WINDLASS_API_LINK_KEY`: 64 hex digits each; required.
 * - `WINDLASS_SERVICE_ADDRESSES`: "windlass.iam.v1=unix:/run/windlass/iam.sock,windlass.registry.v1=..."; required.
 * - `WINDLASS_WORKER_ADDRESSES`: gRPC addresses separated by commas; required.
 * - `WINDLASS_API_PUBLIC_URL`: the URL clients use, by default that of host and port.
 * - `WINDLASS_API_BODY_LIMIT_BYTES` (75497472): most bytes of a body that uploads code.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): ApiConfig {
  const problems: string[] = [];
  const text = (name: string, preset?: string): string => {
    const value = environment[name] ?? preset;
    if (value === undefined || value === '') problems.push(`${name} is missing`);
    return value ?? '';
  };
  const number = (name: string, preset: number, least: number, most: number): number => {
    const given = environment[name] ?? String(preset);
    const value = /^\d+$/.test(given) ? Number(given) : NaN;
    if (!(value >= least && value <= most)) problems.push(`${name} is "${given}", must be a whole number from ${least} to ${most}`);
    return value;
  };
  const key = (name: string): Buffer => {
    const given = text(name);
    if (given !== '' && !/^[0-9a-fA-F]{64}$/.test(given)) problems.push(`${name} must be 64 hex digits`);
    return Buffer.from(given, 'hex');
  };
  const list = (name: string): string[] =>
    text(name)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const addresses = (name: string): Record<string, string> =>
    Object.fromEntries(
      list(name).map((item) => {
        const mark = item.indexOf('=');
        if (mark < 1 || mark === item.length - 1) problems.push(`${name}: "${item}" is not <proto package>=<address>`);
        return [item.slice(0, mark), item.slice(mark + 1)];
      }),
    );
  const url = (name: string, preset: string): string => {
    const given = text(name, preset);
    if (!URL.canParse(given) || !/^https?:/.test(given)) problems.push(`${name} is "${given}", must be an http or https URL`);
    return given.replace(/\/+$/, '');
  };

  const host = text('WINDLASS_API_HOST', '127.0.0.1');
  const port = number('WINDLASS_API_PORT', DEFAULT_PORT, 1, 65_535);
  const config: ApiConfig = {
    host,
    port,
    grpcHost: text('WINDLASS_API_GRPC_HOST', '127.0.0.1'),
    grpcPort: number('WINDLASS_API_GRPC_PORT', DEFAULT_GRPC_PORT, 1, 65_535),
    principalKey: key('WINDLASS_PRINCIPAL_KEY'),
    linkKey: key('WINDLASS_API_LINK_KEY'),
    serviceAddresses: addresses('WINDLASS_SERVICE_ADDRESSES'),
    workerAddresses: list('WINDLASS_WORKER_ADDRESSES'),
    publicUrl: url('WINDLASS_API_PUBLIC_URL', `http://${host}:${port}`),
    bodyLimitBytes: number('WINDLASS_API_BODY_LIMIT_BYTES', DEFAULT_BODY_LIMIT_BYTES, 1024 * 1024, DEFAULT_BODY_LIMIT_BYTES),
  };
  if (problems.length > 0) throw new Error(`the configuration of the api service is wrong:\n  ${problems.join('\n  ')}`);
  return config;
}
