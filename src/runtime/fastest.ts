import type { Clock, Timing } from './clock.ts';
import type { Command } from './commands.ts';

/** How often commands are measured in turn: once is a hiccup of the machine. More often where they are all but equal. */
const rounds = 3;
const mostRounds = 6;
/** A command that takes so many times as long as the fastest is measured no further. */
const beaten = 3;

/**
 * Measures commands in turn. The fastest is the first that is not slower than any other by more than the noise: the clock's ticks, and what lies
 * between the two shortest of its own times. Undefined where no clock can tell.
 */
export async function fastestOf(commands: readonly Command[], clock: Clock): Promise<number | undefined> {
  const { fault } = clock;
  const times = commands.map((): Timing[] => []);
  const least = (i: number) => Math.min(...times[i].map(({ ms }) => ms));
  const noise = (i: number) => {
    const [first, second = first] = times[i].toSorted((a, b) => a.ms - b.ms);
    return Math.max(second.ms - first.ms, first.tick);
  };
  const all = commands.map((_, i) => i);
  for (let round = 1; ; round++) {
    const limit = beaten * Math.min(...all.map(least));
    for (const i of all) {
      if (least(i) > limit && round > 1) continue;
      const timing = await clock.time(commands[i]);
      if (!timing) return undefined;
      // What came before is by another clock.
      if (clock.fault !== fault) return fastestOf(commands, clock);
      times[i].push(timing);
    }
    if (round < rounds) continue;
    const fastest = all.reduce((a, b) => (least(b) < least(a) ? b : a));
    const first = all.findIndex((i) => least(i) - noise(i) <= least(fastest) + noise(fastest));
    if (first === fastest || round === mostRounds) return first;
  }
}
