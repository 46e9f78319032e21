import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';

/** Runtimes whose paths documented bootstraps use, by what kind of interpreter serves them. Node is the platform's own. */
const DOCUMENTED = {
  java: { versions: ['8', '11', '17', '21'], program: 'rtsp/jre/bin/java' },
  python: { versions: ['2.7', '3.6', '3.9', '3.10', '3.12'], program: 'rtsp/python/bin/python' },
  php: { versions: ['7.3', '8.3'], program: 'rtsp/php/bin/php' },
  dotnet: { versions: ['2.1', '3.1', '6.0'], program: 'rtsp/dotnet/dotnet' },
} as const;

type Kind = keyof typeof DOCUMENTED;

export interface HostRuntime {
  /** "python3.10" */
  readonly documented: string;
  /** Paths below the runtimes' folder, such as "python3.10/rtsp/python/bin/python3". */
  readonly places: readonly string[];
  /** The machine's program that serves it, below /usr, which every sandbox shows. */
  readonly program: string;
}

export interface HostRuntimes {
  readonly served: readonly HostRuntime[];
  /** Documented runtimes for which this machine has nothing suitable. */
  readonly missing: readonly string[];
}

/** What this machine has, at the paths it is known by: version → program. */
export type Interpreters = Readonly<Record<Kind, ReadonlyMap<string, string>>>;

export function findHostRuntimes(interpreters: Interpreters = readInterpreters()): HostRuntimes {
  const served: HostRuntime[] = [];
  const missing: string[] = [];
  for (const kind of Object.keys(DOCUMENTED) as Kind[]) {
    const { versions, program } = DOCUMENTED[kind];
    for (const version of versions) {
      const documented = `${kind}${version}`;
      const suitable = nearest(kind, version, interpreters[kind]);
      if (suitable === undefined) missing.push(documented);
      else served.push({ documented, program: suitable, places: placesOf(kind, version, `${documented}/${program}`) });
    }
  }
  return { served, missing };
}

/** Python 3 is documented as python3, and found as python too. */
function placesOf(kind: Kind, version: string, place: string): string[] {
  return kind === 'python' && version.startsWith('3.') ? [`${place}3`, place] : [place];
}

/**
 * The version itself; else the next newer one, which runs what was written for an older; for Python 3 and PHP the newest older one in
 * place of none. Never across a major version where that is another language (Python 2, PHP 7) or another host (.NET).
 */
function nearest(kind: Kind, version: string, found: ReadonlyMap<string, string>): string | undefined {
  const wanted = numbersOf(version);
  const sameLanguage = [...found].filter(([each]) => kind === 'java' || numbersOf(each)[0] === wanted[0]).sort(([one], [other]) => compare(numbersOf(one), numbersOf(other)));
  const newer = sameLanguage.find(([each]) => compare(numbersOf(each), wanted) >= 0);
  const older = kind === 'python' || kind === 'php' ? sameLanguage.at(-1) : undefined;
  return (newer ?? older)?.[1];
}

function numbersOf(version: string): [number, number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}

function compare(one: readonly [number, number], other: readonly [number, number]): number {
  return one[0] - other[0] || one[1] - other[1];
}

function readInterpreters(): Interpreters {
  return {
    java: new Map(list('/usr/lib/jvm').flatMap((name) => entry(/^(?:java|openjdk|temurin|jdk|zulu)-?(?:1\.)?(\d+)/.exec(name)?.[1], `/usr/lib/jvm/${name}/bin/java`))),
    python: new Map(list('/usr/bin').flatMap((name) => entry(/^python(\d\.\d+)$/.exec(name)?.[1], `/usr/bin/${name}`))),
    php: new Map(list('/usr/bin').flatMap((name) => entry(/^php(\d\.\d+)$/.exec(name)?.[1], `/usr/bin/${name}`))),
    dotnet: new Map(
      ['/usr/share/dotnet', '/usr/lib/dotnet'].flatMap((root) => list(`${root}/shared/Microsoft.NETCore.App`).flatMap((name) => entry(/^(\d+\.\d+)\./.exec(name)?.[1], `${root}/dotnet`))),
    ),
  };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Nothing of that kind is installed.
  }
}

/** Only what lies below /usr is shown in a sandbox. */
function entry(version: string | undefined, program: string): [string, string][] {
  try {
    accessSync(program, constants.X_OK);
    const path = realpathSync(program);
    return version !== undefined && path.startsWith('/usr/') ? [[version, path]] : [];
  } catch {
    return [];
  }
}
