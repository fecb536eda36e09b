/** What leaves the page about single pictures names those of the visitor's own files. */
import { expect, it } from 'vitest';
import { flaggedCsv } from '../../../app/playground/flagged.ts';
import { namesOf } from '../../../app/playground/words.ts';
import { ownCollection } from '../../../app/playground/worker/examples.ts';

it('reordered pictures keep the names of their files', () => {
  const names = Array.from({ length: 30 }, (_, i) => `picture ${i}.png`);
  const own = { name: 'own', shape: [1, 1, 1], id: 'one', names, values: Uint8Array.from(names.keys()) };
  const { names: reordered, values } = ownCollection(own);
  expect([...values]).not.toEqual([...values].sort((a, b) => a - b));
  values.forEach((value, i) => expect(reordered[i]).toBe(`picture ${value}.png`));
  expect(namesOf(['test image 6', 'test image 11'], [0, 1])).toBe('test images 6, 11');
  expect(namesOf(['test image 6', 'training image 11'], [0, 1])).toBe('test image 6, training image 11');
});

it('flagged pictures have the names of their files, and the class', () => {
  const set = {
    names: ['a.png', 'b,c.png'],
    labels: Int32Array.of(1, 0),
    classes: ['x', 'y'],
    shape: [1, 2, 1],
  };
  const pixels = Float32Array.of(0.1, 0.2, 0.3, 0.4);
  expect(flaggedCsv(set, [1, 0], Float32Array.of(1, 2), pixels)).toBe(
    'picture,error,class,pixel 0,pixel 1\n"b,c.png",2,x,0.1,0.2\na.png,1,y,0.3,0.4',
  );
});
