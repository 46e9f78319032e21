import { Http1Error } from './http1-error.js';

// Visible ASCII without "#": a fragment never travels, and readers disagree on where the path ends when it does.
const TARGET = /^[\x21\x22\x24-\x7e]+$/;
const HOST = /^(?:[A-Za-z0-9\-._~%!$&'()*+,;=]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?]+)(.*)$/i;

export interface SplitTarget {
  /** Host and port, when the target is in absolute form. */
  readonly authority: string | undefined;
  /** Begins with "/", not decoded; "*" for a request about the whole server. */
  readonly path: string;
  /** Begins with "?", not decoded, or is empty. */
  readonly query: string;
}

/** Takes apart a target that a parsed request head holds (RFC 9112, 3.2), unless its method is CONNECT. */
export function splitTarget(target: string): SplitTarget {
  const absolute = target.startsWith('/') || target === '*' ? null : ABSOLUTE.exec(target);
  const authority = absolute?.[1];
  const local = absolute === null ? target : (absolute[2] as string);
  const question = local.indexOf('?');
  const path = question === -1 ? local : local.slice(0, question);
  return { authority, path: path === '' ? '/' : path, query: question === -1 ? '' : local.slice(question) };
}

export function checkTarget(method: string, target: string): void {
  if (!TARGET.test(target)) {
    throw new Http1Error('BAD_TARGET', 'The request target is empty or holds a character that must be percent-encoded.');
  }
  if (target.startsWith('/')) {
    if (method === 'CONNECT') throw new Http1Error('BAD_TARGET', 'The target of CONNECT is a host and a port.');
    return;
  }
  if (method === 'CONNECT') {
    if (!isHost(target) || !/:[0-9]+$/.test(target)) {
      throw new Http1Error('BAD_TARGET', 'The target of CONNECT is a host and a port.');
    }
    return;
  }
  if (target === '*' && method === 'OPTIONS') return;
  const authority = ABSOLUTE.exec(target)?.[1];
  if (authority === undefined || !isHost(authority)) {
    throw new Http1Error('BAD_TARGET', 'The request target is neither a path nor an absolute http URI.');
  }
}

/** Exactly one Host in HTTP/1.1, at most one in HTTP/1.0, well formed, and the same as the target's where both name one. */
export function checkHost(hosts: readonly string[], version: string, target: string): void {
  if (hosts.length > 1) throw new Http1Error('BAD_HOST', 'Host is given more than once.');
  const host = hosts[0];
  if (host === undefined) {
    if (version === '1.1') throw new Http1Error('BAD_HOST', 'The request has no Host header, which HTTP/1.1 requires.');
    return;
  }
  if (!isHost(host)) throw new Http1Error('BAD_HOST', 'The Host header is not a host name or address with an optional port.');
  if (target.startsWith('/') || target === '*') return;
  const authority = ABSOLUTE.exec(target)?.[1] ?? target;
  if (authority.toLowerCase() !== host.toLowerCase()) {
    throw new Http1Error('BAD_HOST', 'The Host header and the request target name different hosts.');
  }
}

function isHost(text: string): boolean {
  return HOST.test(text);
}
