import fc from 'fast-check';
import type { RecordedEvent } from '@windlass/contracts/history/v1/event_source_service';
import type { NumberedSeal } from '../checkpoint/checkpoint-table.js';
import { joinRecords, type JoinedRecord } from './join-records.js';

const position = (place: number): string => `iam:${1 + (place >> 3)}.${place}`;
const seal = (place: number, number: number): NumberedSeal => ({ number, sealed: { position: position(place), id: `${place}`, streamId: 's', version: 1, digest: '' } });
const event = (place: number): RecordedEvent => ({ position: position(place) }) as RecordedEvent;
const placeOf = ({ sealed, event: there }: JoinedRecord): [string | undefined, string | undefined] => [sealed?.sealed.position, there?.position];

const places = fc.uniqueArray(fc.nat(60), { maxLength: 25 }).map((list) => list.sort((a, b) => a - b));

describe('sealed events beside events', () => {
  it('meet at their places, in order, and stand alone where the other is not', () => {
    fc.assert(
      fc.property(places, places, (sealed, there) => {
        const joined = joinRecords({ items: sealed.map((place, index) => seal(place, index + 1)), hasMore: false }, { items: there.map(event), hasMore: false }, 1_000);
        const all = [...new Set([...sealed, ...there])].sort((a, b) => a - b);
        expect(joined.map(placeOf)).toEqual(all.map((place) => [sealed.includes(place) ? position(place) : undefined, there.includes(place) ? position(place) : undefined]));
      }),
    );
  });

  it('are the same read in pages of any size', () => {
    fc.assert(
      fc.property(places, places, fc.integer({ min: 1, max: 7 }), (sealed, there, limit) => {
        const seals = sealed.map((place, index) => seal(place, index + 1));
        const events = there.map(event);
        const paged: JoinedRecord[] = [];
        for (let [s, e] = [0, 0]; ; ) {
          const page = joinRecords({ items: seals.slice(s, s + limit), hasMore: s + limit < seals.length }, { items: events.slice(e, e + limit), hasMore: e + limit < events.length }, limit);
          if (page.length === 0) break;
          s += page.filter((record) => record.sealed !== undefined).length;
          e += page.filter((record) => record.event !== undefined).length;
          paged.push(...page);
        }
        expect(paged).toEqual(joinRecords({ items: seals, hasMore: false }, { items: events, hasMore: false }, 1_000));
      }),
    );
  });
});
