/** A module that is imported when it is first needed: pages that never need it do not load it. */
export interface OnDemand<M> {
  /** Returns the module. @throws Error before `prepare` has ended */
  (): M;
  /** Imports the module, if that has not happened yet. */
  prepare(this: void): Promise<void>;
}

/** Makes the access to a module that `load` imports. */
/* @__NO_SIDE_EFFECTS__ */
export function onDemand<M>(load: () => Promise<M>): OnDemand<M> {
  let loaded: M | undefined;
  const access = () => {
    if (!loaded) throw new Error('a module was used before its prepare() had ended');
    return loaded;
  };
  return Object.assign(access, {
    async prepare() {
      loaded ??= await load();
    },
  });
}
