import { aTrigger } from '../trigger/testing/a-trigger.js';
import type { TriggerRecord } from '../trigger/trigger.state.js';
import { triggerSteps, type TriggerMove } from './trigger-steps.js';

const ROLLBACK = { to: '2026-01-01T00:00:00.000Z', parts: ['triggers'], plan: 'p' } as const;
const at = (triggerId: string, path: string): TriggerRecord => aTrigger({ triggerId, route: { ...aTrigger().route, path } });
const move = (triggerId: string, from: string | undefined, to: string | undefined): TriggerMove => ({
  from: from === undefined ? undefined : { record: at(triggerId, from), revision: 3 },
  to: to === undefined ? undefined : at(triggerId, to),
});

/** The events in short, after a replay in which no place ever had two triggers. */
function replayed(...moves: TriggerMove[]): string[] {
  const places = new Map(moves.flatMap(({ from }) => (from === undefined ? [] : [[from.record.route.path, from.record.triggerId]])));
  return triggerSteps(moves, ROLLBACK).map(({ triggerId, event }) => {
    const { path } = event.data.trigger.route;
    for (const [place, holder] of places) if (holder === triggerId) places.delete(place);
    if (event.type !== 'TriggerDeleted') {
      expect(places.get(path)).toBeUndefined();
      places.set(path, triggerId);
    }
    return `${event.type.slice('Trigger'.length)} ${triggerId} ${path}`;
  });
}

describe('the events of triggers that go back', () => {
  it('remove before they change, and change before they make', () => {
    expect(replayed(move('new', undefined, '/a'), move('moved', '/b', '/c'), move('old', '/a', undefined))).toEqual(['Deleted old /a', 'Changed moved /c', 'Created new /a']);
  });

  it('let each trigger wait for the one whose place it takes', () => {
    expect(replayed(move('a', '/2', '/1'), move('b', '/3', '/2'), move('c', '/1', '/4'))).toEqual(['Changed c /4', 'Changed a /1', 'Changed b /2']);
  });

  it('make one of a circle leave and come again, under its id', () => {
    expect(replayed(move('a', '/1', '/2'), move('b', '/2', '/3'), move('c', '/3', '/1'))).toEqual(['Deleted a /1', 'Changed c /1', 'Changed b /3', 'Created a /2']);
  });

  it('change a trigger that stays where it is', () => {
    expect(replayed(move('a', '/1', '/1'))).toEqual(['Changed a /1']);
  });
});
