import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/index.ts';
import { sharedGpu } from '../support/gpu.ts';

describe('selfTest', () => {
  it('refuses unknown options', async () => {
    const gpu = await sharedGpu();
    await expect(gpu.selfTest({ convolution: false } as never)).rejects.toThrow(
      new OptionError("selfTest: unknown option 'convolution' (did you mean convolutions?)"),
    );
    await expect(gpu.selfTest({ convolutions: 1 } as never)).rejects.toThrow(OptionError);
  });
});
