const HEADER_BYTES = 12;
const LONGEST_QUESTION = 4_096;
const AXFR = 252;
const IXFR = 251;
const REFUSED = 5;
const SERVER_FAILURE = 2;

/**
 * Whether this is one ordinary question of a resolver (RFC 1035, EDNS allowed). Nothing else goes to the machine's name servers:
 * no updates, no notices, no zone transfers, no answers.
 */
export function isQuestion(message: Buffer): boolean {
  if (message.length < HEADER_BYTES + 5 || message.length > LONGEST_QUESTION) return false;
  const isAnswer = ((message[2] ?? 0) & 0x80) !== 0;
  const opcode = ((message[2] ?? 0) >> 3) & 0x0f;
  const [questions, answers, authorities, extras] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  if (isAnswer || opcode !== 0 || questions !== 1 || answers !== 0 || authorities !== 0 || (extras ?? 0) > 2) return false;
  let at = HEADER_BYTES;
  for (;;) {
    const label = message[at];
    // A question's name is written out: lengths up to 63, no pointers.
    if (label === undefined || label > 63) return false;
    at += 1 + label;
    if (label === 0) break;
  }
  if (at + 4 > message.length || at - HEADER_BYTES > 255) return false;
  const type = message.readUInt16BE(at);
  return type !== AXFR && type !== IXFR;
}

/** Says no to a message, without having asked anybody. */
export function refusalOf(message: Buffer): Buffer | undefined {
  return errorAnswer(message, REFUSED);
}

export function failureOf(question: Buffer): Buffer | undefined {
  return errorAnswer(question, SERVER_FAILURE);
}

function errorAnswer(message: Buffer, code: number): Buffer | undefined {
  if (message.length < HEADER_BYTES || ((message[2] ?? 0) & 0x80) !== 0) return undefined;
  const answer = Buffer.alloc(HEADER_BYTES);
  message.copy(answer, 0, 0, 2);
  answer[2] = 0x80 | ((message[2] ?? 0) & 0x79);
  answer[3] = 0x80 | code;
  return answer;
}

/** Lets only whole questions through a connection to a name server: each message has its length before it (RFC 7766). */
export class DnsStreamGuard {
  #held = Buffer.alloc(0);

  /** The questions that are whole by now; `undefined` when something else was sent. */
  pass(bytes: Buffer): Buffer | undefined {
    this.#held = Buffer.concat([this.#held, bytes]);
    let at = 0;
    while (this.#held.length - at >= 2) {
      const length = this.#held.readUInt16BE(at);
      if (length > LONGEST_QUESTION) return undefined;
      if (this.#held.length - at < 2 + length) break;
      if (!isQuestion(this.#held.subarray(at + 2, at + 2 + length))) return undefined;
      at += 2 + length;
    }
    const whole = this.#held.subarray(0, at);
    this.#held = this.#held.subarray(at);
    return whole;
  }
}
