import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Most mutants fall in the first tests that look at them; by path, the huge files of test/reliability come behind the quick tests of test/node. */
class InOrderOfPaths extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}

/** Tests of data and files that need no browser: see scripts/mutants.mjs. */
export default defineConfig({
  test: {
    include: [
      'test/node/{columns,csv,dataset,feed,idx,onnx,safetensors,views}.test.ts',
      'test/reliability/node/readers-corpus.long.test.ts',
    ],
    env: { VITE_MUTANTS: '1' },
    sequence: { sequencer: InOrderOfPaths },
    // One start of a worker for each mutant, not one for each file.
    isolate: false,
    // What runs on and on is ended by Stryker.
    testTimeout: 60_000,
  },
});
