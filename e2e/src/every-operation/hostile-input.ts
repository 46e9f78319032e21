import { ScalarType, type DescField, type DescMessage, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import fc, { type Arbitrary } from 'fast-check';
import type { PublicOperation } from './public-operations.js';

/** One request as it goes over the wire. */
export interface HostileRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const TEXTS = [
  '', ' ', '\t', '\0', 'a\0b', '\ud800', 'x\udc00', '\u202eevil', '\ufeffa', 'аdmin', 'ａｄｍｉｎ', 'e\u0301'.repeat(40), '🙈'.repeat(70),
  'a'.repeat(65), 'a'.repeat(300), 'a'.repeat(5_000), '9'.repeat(40), '-1', '1e309', 'NaN', 'null', 'undefined',
  "' OR '1'='1", "'; DROP SCHEMA iam CASCADE; --", '%', '_', '\\', '"', '$1', '${7*7}', '{{7*7}}', '<script>alert(1)</script>',
  'x\r\nX-Injected: 1', 'x\nSet-Cookie: a=b', '..', '../../etc/passwd', '..\\..\\x', '%2e%2e', '%2e%2e%2f', '%2F', '%00', '%c0%ae', '/;a=b', '//', '.', '*', '?', '#',
  '__proto__', 'constructor', 'toString', 'urn:fss:::::::', 'urn:fss:local-1:x:function:default:f:latest', '0', '00000000-0000-0000-0000-000000000000', 'f'.repeat(32),
];
const NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), 1e21, 1e308, 5e-324];

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 80 }));
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const anything: Arbitrary<JsonValue> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<JsonValue>([], {}, [[]], [null], { '': '' }, nested(29), nested(34), nested(60), nested(70)),
  fc.jsonValue({ maxDepth: 3 }) as Arbitrary<JsonValue>,
);

// What is no JSON, or hardly.
const MALFORMED = [
  '{', '}', '{"a":', '{"a":1,}', "{'a':1}", '[1,2', '"', 'nul', 'undefined', 'NaN', '{"a":1}{"b":2}', 'a=b&c=d', '<xml/>', '\ufeff{}', '{"a":"\u0000"}', '{"a":\\u0041}', '0x10', '01', '[]', '[{}]', '"text"', '1', 'true',
  '['.repeat(20_000), '{"a":'.repeat(20_000), `${'['.repeat(1_000)}${']'.repeat(1_000)}`, '{"a":"\\ud800"}', '{"\\ud800":1}', '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}',
].map((body) => Buffer.from(body));
const NOT_UTF8 = [Buffer.from([0xff, 0xfe, 0x7b]), Buffer.from('{"a":"\xe9"}', 'latin1'), Buffer.from('{}', 'utf16le')];

/** Requests of an operation that no well-meaning client sends: bodies, paths, queries and headers of every bad kind. */
export function hostileRequest(operation: PublicOperation, sample: JsonObject): Arbitrary<HostileRequest> {
  const hasBody = operation.body !== '';
  const target = fc.tuple(pathOf(operation, sample, hasBody), queryOf(operation)).map(([path, query]) => `${path}${query}`);
  const body = hasBody ? bodyOf(operation, sample) : fc.oneof(fc.constant(undefined), fc.constantFrom(...MALFORMED));
  return fc.record({ method: fc.constant(operation.method), target, headers: headersOf(), body });
}

/** A message of the operation with fields of the right type, the wrong type, or any. As JSON it need not fit the message. */
export function shaped(message: DescMessage, depth = 0): Arbitrary<JsonObject> {
  if (message.fields.length === 0) return fc.constant({});
  const fields = Object.fromEntries(message.fields.map((field) => [field.name, fieldValue(field, depth)]));
  return fc.record(fields, { requiredKeys: [] }) as Arbitrary<JsonObject>;
}

function fieldValue(field: DescField, depth: number): Arbitrary<JsonValue> {
  return fc.oneof({ weight: 3, arbitrary: fitting(field, depth) }, { weight: 1, arbitrary: anything });
}

function fitting(field: DescField, depth: number): Arbitrary<JsonValue> {
  const one = field.message !== undefined ? messageValue(field.message, depth) : scalarValue(field);
  switch (field.fieldKind) {
    case 'list':
      return fc.array(one, { maxLength: 4 });
    case 'map':
      return fc.dictionary(text, one, { maxKeys: 4 }) as Arbitrary<JsonValue>;
    default:
      return one;
  }
}

function messageValue(message: DescMessage, depth: number): Arbitrary<JsonValue> {
  if (message.typeName === 'google.protobuf.Struct') return fc.dictionary(text, anything, { maxKeys: 4 }) as Arbitrary<JsonValue>;
  if (message.typeName.startsWith('google.protobuf.')) return anything;
  return depth > 3 ? fc.constant({}) : shaped(message, depth + 1);
}

function scalarValue(field: DescField): Arbitrary<JsonValue> {
  if (field.scalar === ScalarType.STRING) return text;
  return field.scalar === ScalarType.BOOL ? fc.boolean() : number;
}

function bodyOf(operation: PublicOperation, sample: JsonObject): Arbitrary<Buffer | undefined> {
  const others = Object.fromEntries(Object.entries(sample).filter(([name]) => !operation.pathFields.includes(name)));
  const whole = operation.body === '*';
  const shape = whole ? shaped(operation.input) : anything;
  // A good request with one thing wrong gets furthest.
  const spoilt = fc.tuple(shape, fc.constantFrom(...Object.keys(others), 'unknown_field')).map(([bad, kept]) => (isPlain(bad) ? { ...others, [kept]: bad[kept] ?? bad } : bad));
  const duplicated = fc.tuple(text, anything).map(([name, value]) => `{${JSON.stringify(name)}:1,${JSON.stringify(name)}:${JSON.stringify(value)},${JSON.stringify(others).slice(1)}`);
  return fc.oneof(
    { weight: 6, arbitrary: shape.map(json) },
    { weight: 6, arbitrary: spoilt.map(json) },
    { weight: 2, arbitrary: anything.map(json) },
    { weight: 1, arbitrary: duplicated.map((body) => Buffer.from(body)) },
    { weight: 3, arbitrary: fc.constantFrom(...MALFORMED, ...NOT_UTF8) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** With a body the path is mostly right, so that the body is read; without one the path is what can be bad. */
function pathOf(operation: PublicOperation, sample: JsonObject, mostlyRight: boolean): Arbitrary<string> {
  const right = (name: string): string => encodeURIComponent(String(sample[name] ?? ''));
  const values = operation.pathFields.map((name) => {
    const bad = fc.oneof(text.map(encoded), rawSegment);
    const stays = { weight: name === 'project_id' ? 8 : mostlyRight ? 4 : 0, arbitrary: fc.constant(right(name)) };
    return fc.oneof(stays, { weight: 1, arbitrary: bad });
  });
  return fc.tuple(...values).map((segments) => {
    let next = 0;
    return operation.path.replaceAll(/\{\w+\}/g, () => segments[next++] ?? '');
  });
}

/** Sent as it stands, escapes and dots included. */
const rawSegment = fc.constantFrom('..', '.', '%2e%2e', '%2e%2e%2f..', '%2F', '%2f%2f', '%5c', '%00', '%ff', '%', '%zz', '%c0%ae%c0%ae', ';', 'a;b=c', 'a;jsessionid=1', '//', 'a//b', '+', '*', '~', '$', '@', ':', '!', 'a'.repeat(2_000), 'a'.repeat(40_000));

function queryOf(operation: PublicOperation): Arbitrary<string> {
  const names = ['unknown', '__proto__', 'a[b]', ...operation.input.fields.map(({ name }) => name)];
  const pair = fc.tuple(fc.constantFrom(...names), text).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const raw = fc.constantFrom('&', '=', '==&&', '%', '%zz=%', '?', 'a=%00', ';', 'limit=-1', 'limit=99999999999999999999', 'offset=1e9', 'marker=%27');
  const query = fc.array(fc.oneof({ weight: 4, arbitrary: pair }, raw), { maxLength: 4 });
  return query.map((parts) => (parts.length === 0 ? '' : `?${parts.join('&')}`));
}

function headersOf(): Arbitrary<Readonly<Record<string, string>>> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant<Record<string, string>>({}) },
    fc.constantFrom<Record<string, string>>(
      { 'content-encoding': 'gzip' },
      { 'content-encoding': 'br, gzip' },
      { 'content-type': 'application/xml' },
      { 'content-type': 'text/plain; charset=utf-16' },
      { 'content-type': '' },
      { 'x-subject-token': 'a'.repeat(5_000) },
      { 'x-subject-token': '\u00ff' },
      { 'x-forwarded-for': "127.0.0.1, ' OR 1=1" },
      { accept: 'text/html' },
      { expect: 'something-else' },
    ),
  );
}

function encoded(value: string): string {
  // Half a character has no escape; its replacement does.
  return encodeURIComponent(value.toWellFormed());
}

function json(value: JsonValue): Buffer {
  return Buffer.from(JSON.stringify(value) ?? 'null');
}

function nested(levels: number): JsonValue {
  let value: JsonValue = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

function isPlain(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
