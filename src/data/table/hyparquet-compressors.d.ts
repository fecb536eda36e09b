/** The package has types only for all of it at once, which compiles WebAssembly when it is imported. */
declare module 'hyparquet-compressors/src/gzip.js' {
  export function gunzip(input: Uint8Array, output: Uint8Array): Uint8Array;
}
