// The shapes of the events that services store, as their types say: `type@version` and, member by member, what its data holds.
// What was stored once is read for ever, so a recorded shape never changes: another shape is another version.
//
//   node scripts/event-shapes.mjs   records what is new: types, and shapes that are not those of their newest version
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** Of each service that stores events: where its shapes are recorded, the recorded ones and those of today, by type. */
export function readEventShapes() {
  const sources = globSync('services/*/src/stored-events.ts', { cwd: root }).map((file) => join(root, file));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(sources, { ...options, noEmit: true, composite: false, incremental: false, customConditions: ['@windlass/source'] });
  return sources.map((source) => {
    const file = join(dirname(source), '../fixtures/events/shapes.json');
    const recorded = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    return { source: relative(root, source), file, recorded, current: shapesOf(program, source) };
  });
}

/** Types whose shape today is not that of their newest recorded version, with the version it would have. */
export function unrecorded({ recorded, current }) {
  return Object.entries(current).flatMap(([type, shape]) => {
    const newest = Math.max(0, ...Object.keys(recorded).filter((name) => name.startsWith(`${type}@`)).map((name) => Number(name.slice(type.length + 1))));
    return recorded[`${type}@${newest}`] === shape ? [] : [{ type, version: newest + 1, shape }];
  });
}

function shapesOf(program, source) {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const symbol = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).find(({ name }) => name === 'StoredEvents');
  if (symbol === undefined) throw new Error(`${source} exports no type StoredEvents.`);
  const union = checker.getDeclaredTypeOfSymbol(symbol);
  const member = (type, name) => checker.getTypeOfSymbol(type.getProperty(name));
  const shapes = (union.isUnion() ? union.types : [union]).flatMap((event) => {
    const names = member(event, 'type');
    const shape = printShape(checker, member(event, 'data'), []);
    return (names.isUnion() ? names.types : [names]).map((name) => [name.value, shape]);
  });
  return Object.fromEntries(shapes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The type without the names of its parts, so that only what may be stored counts. */
function printShape(checker, type, within) {
  if (within.includes(type)) return `<${within.length - within.indexOf(type)} up>`;
  const print = (part) => printShape(checker, part, [...within, type]);
  if (type.isUnion()) return [...new Set(type.types.map(print))].sort().join(' | ').replace('false | true', 'boolean');
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return checker.typeToString(type);
  if (checker.isTupleType(type)) return `[${checker.getTypeArguments(type).map(print).join(', ')}]`;
  if (checker.isArrayType(type)) return `(${print(checker.getTypeArguments(type)[0])})[]`;
  const members = checker.getPropertiesOfType(type).map((property) => {
    const optional = property.flags & ts.SymbolFlags.Optional;
    const value = checker.getTypeOfSymbol(property);
    return `${property.name}${optional ? '?' : ''}: ${print(optional ? checker.getNonNullableType(value) : value)}`;
  });
  const keys = checker.getIndexInfosOfType(type).map((info) => `[${checker.typeToString(info.keyType)}]: ${print(info.type)}`);
  return `{ ${[...members.sort(), ...keys].join('; ')} }`;
}

if (process.argv[1] === import.meta.filename) {
  for (const service of readEventShapes()) {
    const added = unrecorded(service).map(({ type, version, shape }) => [`${type}@${version}`, shape]);
    const shapes = Object.entries({ ...service.recorded, ...Object.fromEntries(added) }).sort(([a], [b]) => (a < b ? -1 : 1));
    if (added.length > 0) writeFileSync(service.file, `${JSON.stringify(Object.fromEntries(shapes), undefined, 2)}\n`);
    console.log(`${service.source}: ${added.length === 0 ? 'nothing new' : `recorded ${added.map(([name]) => name).join(', ')}`}`);
  }
}
