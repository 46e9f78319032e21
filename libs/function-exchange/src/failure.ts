/** Who has to act so that it does not happen again. */
export type Fault = 'function' | 'caller' | 'platform';

/** Why a request has no answer of its function. */
export interface Failure {
  /** Number of the documented data plane. */
  readonly code: number;
  readonly reason: string;
  readonly fault: Fault;
  /** Status of the answer on the data path. */
  readonly httpStatus: number;
  /** When another try may do better, in seconds; absent where it would not, or nobody knows. */
  readonly retryAfterSeconds?: number;
  /** For the caller and the function's owner: which limit, its value, how to change it. */
  readonly message: string;
}

/** The answer's body on the data path. */
export function failureBody({ code, message }: Failure, requestId: string): Buffer {
  return Buffer.from(JSON.stringify({ error_code: `FSS.${code}`, error_msg: message, request_id: requestId }));
}
