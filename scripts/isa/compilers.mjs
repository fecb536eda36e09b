/**
 * A driver that compiles for a card that is not present.
 * @typedef {object} Compiler
 * @property {string} vendor
 * @property {string} card
 * @property {string} driver the beginning of the name of its manifest for Vulkan's loader
 * @property {Record<string, string>} environment of the process that compiles
 * @property {{ shim: string, driver?: string }} [built] parts that Debian has only in the source of Mesa: a library
 * that replaces the kernel, and perhaps the driver itself
 */

/** @type {Record<string, Compiler>} */
export const compilers = {
  amd: {
    vendor: 'AMD',
    card: 'Navi 21, as in the Radeon RX 6800 XT',
    driver: 'radeon_icd',
    // The newest family that Mesa 22.3 supports well; it assumes half of the registers for the next one.
    environment: { RADV_FORCE_FAMILY: 'navi21' },
  },
  intel: {
    vendor: 'Intel',
    card: 'Tiger Lake, as in Iris Xe',
    driver: 'intel_icd',
    environment: { INTEL_STUB_GPU_PLATFORM: 'tgl' },
    built: { shim: 'src/intel/tools/libintel_noop_drm_shim.so' },
  },
  adreno: {
    vendor: 'Qualcomm',
    card: 'Adreno 660, as in the Snapdragon 888',
    driver: 'freedreno_icd',
    // The compiler of Mesa 22.3 divides by zero for some kernels.
    environment: { FD_GPU_ID: '660', LATENTGPU_ISA_CAREFUL: '1' },
    built: {
      shim: 'src/freedreno/drm-shim/libfreedreno_noop_drm_shim.so',
      driver: 'src/freedreno/vulkan/libvulkan_freedreno.so',
    },
  },
};
