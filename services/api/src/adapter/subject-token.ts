import type { Message } from '@bufbuild/protobuf';
import { edgeError } from '../error/index.js';
import { responseJson, successAnswer } from '../rest/message-json.js';
import type { Adapter, OperationCall } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';
import { tokenAnswer } from './token.js';

const HEADER = 'x-subject-token';
// Longer than any token of IAM: what is longer is not looked up.
const LONGEST = 4096;

/** Operations on a token that the header X-Subject-Token names: it becomes the request's `subject_token`. */
export function subjectTokenAdapter(services: Services): Adapter {
  return async (call) => {
    const { operation, caller, query } = call;
    const response = await services.forward(operation, withSubject(call), caller);
    const body = responseJson(operation, response);
    return operation.successStatus === 204 ? successAnswer(operation, body) : tokenAnswer(operation.successStatus, body, query);
  };
}

function withSubject({ operation, request, headers }: OperationCall): Message {
  const subject = headers[HEADER];
  if (typeof subject !== 'string' || subject === '' || subject.length > LONGEST) {
    throw edgeError(operation, 'malformed', 'SUBJECT_TOKEN_MISSING', 'The header X-Subject-Token must hold one token.');
  }
  return Object.assign(request, { subjectToken: subject });
}
