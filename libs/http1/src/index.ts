// A strict HTTP/1.1 framing codec (RFC 9110, RFC 9112) over Buffers, without sockets and timers.
//
// Reading: a head parser takes the bytes as they come and yields a head; createBodyDecoder(head.body) then finds the payload
// and its end; what is left over begins the next message. Writing: serialize a head, then createBodyEncoder.

export { RequestHeadParser, type RequestHead } from './request-head.js';
export { ResponseHeadParser, type ResponseHead } from './response-head.js';
export { type HeadLimits, DEFAULT_HEAD_LIMITS } from './head-limits.js';
export { HeaderList, type HeaderField } from './header-list.js';
export { type BodyFraming, type HttpVersion } from './framing.js';
export { splitTarget, type SplitTarget } from './request-target.js';
export { endToEndFields, endToEndLines } from './connection-fields.js';
export { createBodyDecoder, type BodyDecoder, type BodyLimits } from './body-decoder.js';
export { createBodyEncoder, serializeFields, type BodyEncoder, type ByteSink } from './body-encoder.js';
export { requestLine, serializeRequestHead, serializeResponseHead, statusLine } from './head-serializer.js';
export { fieldLine } from './field-syntax.js';
export { flat } from './flat-text.js';
export { Http1Error, isHttp1Error, type Http1ErrorReason, type Http1ErrorStatus } from './http1-error.js';
