/** The package has types only for its main module, which compiles WebAssembly when it is imported. */
declare module 'hyparquet-compressors/src/gzip.js' {
  export function gunzip(input: Uint8Array, output: Uint8Array): Uint8Array;
}
