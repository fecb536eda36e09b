/** The package has neither types nor an entry point. Only shaders/wgsl.ts imports it: everything else uses the guarded tag there. */
declare module 'wgsl-preprocessor/wgsl-preprocessor.js' {
  export function wgsl(strings: TemplateStringsArray, ...values: unknown[]): string;
}
