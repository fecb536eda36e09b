/** Ends a training when the signal is aborted, also if that was before the training began. */
export function stopOn(signal: AbortSignal | undefined, training: { stop(): void }): void {
  if (signal?.aborted) training.stop();
  signal?.addEventListener('abort', () => training.stop());
}
