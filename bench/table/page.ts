/**
 * The page of `npm run bench -- --table-model`. The command line calls `window.tableModel`, in a fresh page for each
 * part.
 */
const tableModel = {
  async whole(rows: number) {
    const { measureWhole } = await import('./whole.ts');
    return measureWhole(rows);
  },

  async steps() {
    const { measureSteps } = await import('./steps.ts');
    return measureSteps();
  },
};

export type TableModel = typeof tableModel;

declare global {
  var tableModel: TableModel;
}

globalThis.tableModel = tableModel;
