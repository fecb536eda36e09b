/** The package has neither types nor an entry point. Only shaders/wgsl.ts imports it; other files use the checked tag in that file. */
declare module 'wgsl-preprocessor/wgsl-preprocessor.js' {
  export function wgsl(strings: TemplateStringsArray, ...values: unknown[]): string;
}
