/** Largest request and response body, in bytes: 6 MB, as documented for synchronous calls. */
export const MAX_BODY_BYTES = 6_291_456;
