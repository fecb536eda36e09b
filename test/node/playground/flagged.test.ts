/** What leaves the page about single examples names those of the visitor's own file. */
import { expect, it } from 'vitest';
import { flaggedCsv, reasonsOf } from '../../../app/playground/flagged.ts';
import { nameOf, namesOf, rarest } from '../../../app/playground/origin.ts';
import { asWritten, columnIn, columnsOf, readTable } from '../../../app/playground/table.ts';
import { ownCollection, rowsOf } from '../../../app/playground/worker/examples.ts';

/** Row n has the value n, so that every example says where it comes from. */
const rows = Array.from({ length: 60 }, (_, i) => `${i + 1},${i % 5 === 0 ? 'rare' : 'often'},"a, ${i + 1}"`);
const text = ['value,kind,note', ...rows].join('\n');
const collection = () =>
  ownCollection({ ...readTable('t.csv', columnsOf(text), { text, label: 1, leftOut: [2] }), id: 'one' });

it('examples that were put in another order keep the numbers of their rows', () => {
  const { count, origin, values, labels, classes } = collection();
  expect([...values]).not.toEqual([...values].sort((a, b) => a - b));
  for (let i = 0; i < count; i++) {
    expect(origin.rows![i] + 1).toBe(values[i]);
    expect(nameOf(origin, i)).toBe(`row ${values[i]}`);
    expect(classes![labels![i]]).toBe(origin.rows![i] % 5 === 0 ? 'rare' : 'often');
  }
  expect(namesOf(origin, [4, 0])).toBe(`rows ${values[4]}, ${values[0]}`);
});

it('pictures that were put in another order keep the names of their files', () => {
  const names = Array.from({ length: 30 }, (_, i) => `picture ${i}.png`);
  const { origin, values } = ownCollection({
    ...{ name: 'own', kind: 'image', shape: [1, 1, 1], id: 'one', names },
    values: Uint8Array.from(names.keys()),
  });
  values.forEach((value, i) => expect(nameOf(origin, i)).toBe(`picture ${value}.png`));
  expect(namesOf({ names: ['test image 6', 'test image 11'] }, [0, 1])).toBe('test images 6, 11');
  expect(namesOf({ names: ['test image 6', 'training image 11'] }, [0, 1])).toBe('test image 6, training image 11');
});

it('flagged.csv has the row of the visitor’s file, the reason, and the row as it stands there', () => {
  const { origin, values, labels, classes } = collection();
  const examples = [7, 3];
  const scores = new Float32Array(60).fill(0.1);
  scores.set([0.7, 0.9], 3);
  scores[7] = 2.5;
  const reasons = reasonsOf(['value'], {
    errors: Float32Array.of(2, 1),
    values: rowsOf(collection(), examples),
    reconstruction: Float32Array.of(1, 1),
  });
  const set = { origin, labels, classes: classes!, shape: [1] };
  const written = asWritten(
    text,
    examples.map((example) => origin.rows![example]),
  );
  const lines = flaggedCsv(set, examples, scores, { reasons, ...written }).split('\n');
  const row = (example: number) => values[example];
  expect(lines).toEqual([
    'data row (from 1),error,most blamed column,expected there,share of the error,value,kind,note',
    `${row(7)},2.5,value,1,1.000,${rows[row(7) - 1]}`,
    `${row(3)},0.7,value,1,1.000,${rows[row(3) - 1]}`,
  ]);
});

it('of several columns the one with the largest error is blamed, with its share', () => {
  const reasons = reasonsOf(['a', 'b', 'c'], {
    errors: Float32Array.of(1, 6, 1, 0, 0, 0),
    values: Float32Array.of(10, 20, 30, 40, 50, 60),
    reconstruction: Float32Array.of(1, 2, 3, 4, 5, 6),
  });
  expect(reasons).toEqual([
    { column: 'b', value: 20, expected: 2, share: 0.75 },
    { column: 'a', value: 40, expected: 4, share: 0 },
  ]);
});

it('pictures that are flagged have the names of their files, and the class', () => {
  const set = {
    origin: { names: ['a.png', 'b,c.png'] },
    labels: Int32Array.of(1, 0),
    classes: ['x', 'y'],
    shape: [1, 2, 1],
  };
  const pixels = Float32Array.of(0.1, 0.2, 0.3, 0.4);
  expect(flaggedCsv(set, [1, 0], Float32Array.of(1, 2), { pixels })).toBe(
    'picture,error,class,pixel 0,pixel 1\n"b,c.png",2,x,0.1,0.2\na.png,1,y,0.3,0.4',
  );
});

it('a table without names has its first line as row 1, and its columns by number', () => {
  const bare = '1,2\n3,4\n5,6';
  expect(asWritten(bare, [0, 2])).toEqual({
    names: ['column 1', 'column 2'],
    lines: new Map([
      [0, ['1', '2']],
      [2, ['5', '6']],
    ]),
  });
  expect([columnIn({ text: bare, leftOut: [] }, 1), columnIn({ text, leftOut: [] }, 1)]).toEqual([1, 'kind']);
});

it('the rarest class is taken for strange first', () => {
  const read = readTable('t.csv', columnsOf(text), { text, label: 1, leftOut: [2] });
  expect(read.classes![rarest(read)]).toBe('rare');
  const table = { name: 'x', kind: 'table', shape: [1], values: Float32Array.of(1) } as const;
  expect(rarest({ ...table, shape: [1] })).toBe(0);
  expect(rarest({ ...table, shape: [1], labels: Int32Array.of(0, 0, 2, 1, 2), classes: ['a', 'b', 'c'] })).toBe(1);
});
