import type { Dataset } from './dataset.ts';
import type { Feed } from './feed.ts';

/**
 * Opens the stream of a data set that is larger than its share of the device; its code is loaded only then.
 * @throws OptionError where a batch is larger than half of the window
 */
export async function openFeed(where: string, set: Dataset, batch: number): Promise<Feed | undefined> {
  if (!set.storage.streamed) return undefined;
  const { Feed } = await import('./feed.ts');
  return Feed.open(where, set, batch);
}
