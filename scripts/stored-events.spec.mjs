// What services store is read for ever: the types of today are held against the shapes on record.
import { readEventShapes, unrecorded } from './event-shapes.mjs';

describe('the shapes of stored events', () => {
  let services;
  beforeAll(() => {
    services = readEventShapes();
  });

  it('are on record, as the types have them: a changed one is a new version, with a step that reads the old one', () => {
    expect(services.map(({ source }) => source).sort()).toEqual(['iam', 'kms', 'logs', 'registry'].map((name) => `services/${name}/src/stored-events.ts`));
    expect(services.flatMap(unrecorded)).toEqual([]);
  });

  it('are missed when one changes or a type is new', () => {
    const kms = services.find(({ source }) => source.includes('kms'));
    const current = { ...kms.current, KeyCreated: kms.current.KeyCreated.replace('alias: string', 'alias?: string'), KeyForgotten: '{}' };
    const versions = Object.keys(kms.recorded).filter((name) => name.startsWith('KeyCreated@')).length;
    expect(unrecorded({ ...kms, current })).toMatchObject([{ type: 'KeyCreated', version: versions + 1 }, { type: 'KeyForgotten', version: 1 }]);
  });
});
