import type { Clock, Timing } from './clock.ts';
import type { Command } from './commands.ts';

/** The number of rounds in which commands are measured in turn; there are more where these decide nothing. */
const rounds = 3;
const mostRounds = 5;
/** A command that takes this many times as long as the fastest is not measured further. */
const beaten = 3;

/** The number of rounds in which `a` was faster than `b` by more than the clock's ticks. */
const wins = (a: readonly Timing[], b: readonly Timing[]): number =>
  a.filter(({ ms, tick }, round) => ms + tick < (b[round] ? b[round].ms - b[round].tick : Infinity)).length;

/**
 * Measures commands in turn. A command replaces an earlier one of the list if it is faster in every round, or in all of
 * several but one: so ties leave the first, and neither a hiccup nor a busy machine, which slows a whole round,
 * decides. Returns undefined where no clock can tell, or not before the time `until`.
 */
export async function fastestOf(
  commands: readonly Command[],
  clock: Clock,
  until: number,
): Promise<number | undefined> {
  const { fault } = clock;
  const times = commands.map((): Timing[] => []);
  const least = (of: readonly Timing[]) => Math.min(...of.map(({ ms }) => ms));
  for (let round = 1; ; round++) {
    const limit = beaten * Math.min(...times.map(least));
    for (const [i, own] of times.entries()) {
      if (round > 1 && least(own) > limit) continue;
      if (performance.now() > until) return undefined;
      const timing = await clock.time(commands[i]);
      if (!timing) return undefined;
      // Earlier measurements used another clock.
      if (clock.fault !== fault) return fastestOf(commands, clock, until);
      own.push(timing);
    }
    if (round < rounds) continue;
    let best = 0;
    let decided = true;
    for (const [i, own] of times.entries()) {
      const won = wins(own, times[best]);
      if (won >= round - Math.floor(round / 4)) best = i;
      else decided &&= won <= round / 2;
    }
    if (decided || round === mostRounds) return best;
  }
}
