import type { Gpu } from '../../src/index.ts';

/** Returns the name of a Gpu's adapter, and whether it computes on the processor. */
export function adapterOf({ info }: Gpu): { name: string; software: boolean } {
  const { vendor, architecture, description, isFallback } = info;
  return {
    name: [vendor, architecture, description].filter(Boolean).join(' ') || 'not named by the browser',
    software: isFallback || /swiftshader|llvmpipe/i.test(architecture + description),
  };
}
