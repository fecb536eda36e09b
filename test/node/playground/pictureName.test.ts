import { describe, expect, it } from 'vitest';
import { pictureName, pictureTitle } from '../../../app/playground/picture/name.ts';

describe('a saved picture', () => {
  it('is named by the model, what it shows, and the seed', () => {
    expect(pictureName('latent map', { title: 'Variational, 2 numbers', model: 'variational', seed: 7 })).toBe(
      'latentgpu-variational-latent-map-seed-7.png',
    );
  });

  it('has a name that every file system takes, whatever a table is called', () => {
    const subject = { title: 'Zähler: Büro/2026.csv', model: 'Zähler: Büro/2026', seed: 0 };
    expect(pictureName('series', subject)).toBe('latentgpu-zahler-buro-2026-series-seed-0.png');
    expect(pictureName('series', { ...subject, model: '表' })).toBe('latentgpu-series-seed-0.png');
  });

  it('has a title that says the same in words', () => {
    const subject = { title: 'Deep, 2 numbers', model: 'deep', seed: 3 };
    expect(pictureTitle('loss', subject)).toBe('Loss: Deep, 2 numbers, seed 3');
    expect(pictureTitle('ROC curve', subject)).toBe('ROC curve: Deep, 2 numbers, seed 3');
  });
});
