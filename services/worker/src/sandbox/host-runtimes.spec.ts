import { findHostRuntimes, type Interpreters } from './host-runtimes.js';

const none: Interpreters = { java: new Map(), python: new Map(), php: new Map(), dotnet: new Map() };
const programOf = (interpreters: Partial<Interpreters>, documented: string): string | undefined =>
  findHostRuntimes({ ...none, ...interpreters }).served.find((each) => each.documented === documented)?.program;

describe('runtimes of the machine at documented paths', () => {
  it('are the version itself, else the next newer one', () => {
    const java = new Map([['25', '/25'], ['11', '/11'], ['17', '/17']]);
    expect(['java8', 'java11', 'java17', 'java21'].map((name) => programOf({ java }, name))).toEqual(['/11', '/11', '/17', '/25']);
    expect(programOf({ java: new Map([['11', '/11']]) }, 'java17')).toBeUndefined();
  });

  it('are an older one of the same language rather than none', () => {
    const python = new Map([['3.11', '/3.11'], ['3.9', '/3.9']]);
    expect(['python3.6', 'python3.9', 'python3.10', 'python3.12'].map((name) => programOf({ python }, name))).toEqual(['/3.9', '/3.9', '/3.11', '/3.11']);
  });

  it('are never of another language', () => {
    expect(programOf({ python: new Map([['3.11', '/3.11']]) }, 'python2.7')).toBeUndefined();
    expect(programOf({ php: new Map([['8.2', '/8.2']]) }, 'php7.3')).toBeUndefined();
    expect(programOf({ dotnet: new Map([['8.0', '/8.0']]) }, 'dotnet6.0')).toBeUndefined();
  });

  it('stand at the documented paths, and what is missing is named', () => {
    const { served, missing } = findHostRuntimes({ ...none, python: new Map([['3.9', '/usr/bin/python3.9']]) });
    expect(served.find(({ documented }) => documented === 'python3.9')?.places).toEqual(['python3.9/rtsp/python/bin/python3', 'python3.9/rtsp/python/bin/python']);
    expect(missing).toEqual(['java8', 'java11', 'java17', 'java21', 'python2.7', 'php7.3', 'php8.3', 'dotnet2.1', 'dotnet3.1', 'dotnet6.0']);
  });
});
