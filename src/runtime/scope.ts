/** Owns the resources of a piece of work, and frees them together, the newest first. */
export class Scope {
  readonly #frees: (() => void)[] = [];

  /** Takes ownership of an object, if there is one, and returns it. */
  own<T extends { dispose(): void } | undefined>(made: T): T {
    if (made) this.defer(() => made.dispose());
    return made;
  }

  /** Takes ownership of uploaded data, which `release` frees if they were uploaded for one call, and returns them. */
  ownSet<T>({ set, release }: { set: T; release: () => void }): T {
    this.defer(release);
    return set;
  }

  /** Calls `free` when the scope is disposed. */
  defer(free: () => void): void {
    this.#frees.push(free);
  }

  dispose(): void {
    for (const free of this.#frees.splice(0).reverse()) free();
  }
}

/** Runs `work` and frees in the end what it gave to its scope. */
export async function scoped<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = new Scope();
  try {
    return await work(scope);
  } finally {
    scope.dispose();
  }
}
