import { sign, type SigningKey } from '@windlass/request-signing';

/** An answer of the API that was not a success. */
export class ApiAnswer extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Calls the REST API as a tenant would: signed with an access key, nothing else. */
export class SignedClient {
  constructor(
    private readonly origin: string,
    private readonly key: Omit<SigningKey, 'now'>,
  ) {}

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const url = new URL(path, this.origin);
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = [
      { name: 'Host', value: url.host },
      { name: 'Content-Type', value: 'application/json' },
    ];
    const signed = sign({ method, requestTarget: url.pathname + url.search, headers, body: text }, { ...this.key, now: new Date() });
    const response = await fetch(url, {
      method,
      headers: signed.filter(({ name }) => name !== 'Host').map(({ name, value }): [string, string] => [name, value]),
      ...(text === '' ? {} : { body: text }),
      signal: AbortSignal.timeout(60_000),
    });
    const answer = await response.text();
    if (response.ok) return (answer === '' ? undefined : JSON.parse(answer)) as T;
    const { error_code: code = '', error_msg: message = answer } = safelyParsed(answer);
    throw new ApiAnswer(response.status, code, `${method} ${path}: ${response.status} ${code} ${message}`);
  }
}

function safelyParsed(text: string): { error_code?: string; error_msg?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
