import { refusal } from '../refusal.js';

/** A request that a tenant keeps with a function to try it with. */
export interface TestEventRecord {
  readonly id: string;
  readonly name: string;
  /** Base64 of JSON text, as the tenant sent it. */
  readonly content: string;
  readonly createdAt: string;
  /** Absent until the first change: the documented API shows no time before it. */
  readonly modifiedAt?: string;
}

/** Of one function ("Notes and Constraints"). */
export const MOST_TEST_EVENTS = 10;
/** FSS.1069. */
const LARGEST_CONTENT_BYTES = 4096;

/** 1 to 25 letters, digits, hyphens and underscores, a letter first, a letter or digit last. */
export function requireTestEventName(name: string): string {
  if (!/^[A-Za-z]([A-Za-z0-9_-]{0,23}[A-Za-z0-9])?$/.test(name)) {
    throw refusal(
      'invalid',
      'FSS.1074',
      'TEST_EVENT_NAME_INVALID',
      `${JSON.stringify(name.slice(0, 60))} is no name of a test event: 1 to 25 letters, digits, hyphens and underscores, beginning with a letter and ending with a letter or digit.`,
    );
  }
  return name;
}

/** Base64 of JSON text of at most 4 KB. */
export function requireTestEventContent(content: string): string {
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length > LARGEST_CONTENT_BYTES) {
    throw refusal('quota_exceeded', 'FSS.1069', 'TEST_EVENT_TOO_LARGE', `The event has ${bytes.length} bytes, and ${LARGEST_CONTENT_BYTES} is the most a test event may have.`);
  }
  if (content === '' || !isBase64(content, bytes) || !isJson(bytes)) {
    throw refusal('invalid', 'FSS.1074', 'TEST_EVENT_CONTENT_INVALID', 'content is not the Base64 form of a JSON text.');
  }
  return content;
}

function isBase64(text: string, bytes: Buffer): boolean {
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}
