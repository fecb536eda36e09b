import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { budgetModels, compare, measure, type Debts } from '../../scripts/isa/budget.mjs';
import { missing } from '../../scripts/isa/machine.mjs';
import { compileWorks } from '../../scripts/isa/compile.mjs';
import { large, multipliesOf } from '../../scripts/isa/works.mjs';
import { root } from '../support/root.ts';

const list = JSON.parse(readFileSync(path.join(root, 'docs/results/isa.json'), 'utf8')) as {
  driver: string;
  debts: Debts;
};

const absent = missing();
const report = absent ? undefined : await compileWorks();
const other =
  report && report.driver !== list.driver
    ? `docs/results/isa.json is by ${list.driver}, and here is ${report.driver}`
    : undefined;
const reason = absent ?? other;
const what = (name: string) => (reason ? `${name} (left out: ${reason})` : name);

describe.skipIf(reason)(what('what AMD’s compiler makes of the kernels'), () => {
  it('is known for every dispatch of the models, and for large products in several ways', () => {
    const { works, pipelines } = report!;
    expect(budgetModels(report!).map(({ name }) => name)).toEqual(['simple', 'deep', 'vae', 'hinton', 'conv']);
    for (const { dispatches } of works)
      for (const dispatch of dispatches) {
        expect(pipelines[dispatch.pipeline]).toMatchObject({ label: dispatch.kernel });
        if (multipliesOf(dispatch) < large || !dispatch.product) continue;
        expect(dispatch.product.others.length).toBeGreaterThan(0);
        expect(pipelines[dispatch.pipeline].loop!.multiplyAdds).toBeGreaterThanOrEqual(64);
      }
  });

  const changes = () => compare(list.debts, measure(report!));

  it('is not worse', () => {
    expect(changes().worse).toEqual([]);
  });

  it('equals docs/results/isa.json: after an improvement, `npm run isa -- --write` lowers the number', () => {
    expect(changes().better).toEqual([]);
  });
});
