import type { FastifyReply } from 'fastify';
import type { HttpAnswer } from './http-answer.js';

// Answers hold tokens and keys, and are data, never pages.
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export async function writeAnswer(reply: FastifyReply, answer: HttpAnswer): Promise<void> {
  await reply
    .code(answer.status)
    .headers({ ...ALWAYS, ...answer.headers })
    // As bytes, because a web framework would add a charset to the type of text.
    .send(typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body);
}
