/** Real exhaustion kills processes instead of raising errors, so failures are made: the n-th buffer, pipeline, mapping or submit. */
import { describe, expect, it } from 'vitest';
import { LatentGpuError, OutOfMemoryError } from '../../src/index.ts';
import { faulty, type Fault } from '../support/faulty.ts';
import { sharedGpu } from '../support/gpu.ts';
import { members, run } from '../support/members.ts';
import { thorough, tried } from '../support/thorough.ts';

const faults: Fault[] = ['buffer', 'pipeline', 'map', 'submit'];

/** All of them, or some, spread over the whole run. */
const everyNth = thorough ? 1 : 23;

describe.each(Object.entries(members))('%s', (name, member) => {
  it.for(faults)(
    'ends in a library error whichever %s fails, frees its memory, and works the next time',
    { timeout: 600_000 },
    async (fault, { task }) => {
      const { device } = await sharedGpu();
      const whole = faulty(device, fault);
      const expected = await run(member, whole.gpu);
      const operations = whole.operations();
      expect(operations).toBeGreaterThan(0);
      let failures = 0;
      for (let at = 0; at < operations; at += everyNth) {
        const { gpu, operations } = faulty(device, fault, at);
        const error = await run(member, gpu).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        // How many submits there are, each with a mapping, depends on the machine's pace: a faster run is over before.
        if (!error && operations() <= at) break;
        expect(error, `${fault} ${at}`).toBeInstanceOf(fault === 'buffer' ? OutOfMemoryError : LatentGpuError);
        expect(gpu.memory(), `${fault} ${at}`).toMatchObject({ bytes: 0, buffers: 0 });
        expect(await run(member, gpu), `${fault} ${at}`).toEqual(expected);
        failures++;
      }
      tried(
        task,
        `${name}: each ${fault} fails in turn`,
        failures,
        'a library error, no memory left on the device, and the same bits in the next run',
      );
    },
  );
});
