import { quadsShader } from '../../shaders/quads.ts';

/** The number of workgroups in the test. */
const groups = 4;

/**
 * Tests whether four neighbours in a workgroup are a quad of a subgroup, which kernels with quads require and WebGPU
 * does not promise. A device that fails to answer cannot run those kernels either.
 */
export async function quadsHold(device: GPUDevice): Promise<boolean> {
  if (!device.features.has('subgroups')) return false;
  const { code } = quadsShader();
  const buffers: GPUBuffer[] = [];
  const buffer = (usage: GPUBufferUsageFlags): GPUBuffer => {
    buffers.push(device.createBuffer({ size: groups * 64 * 8, usage }));
    return buffers.at(-1)!;
  };
  try {
    // An error in the module also makes the pipeline fail.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code });
    device.popErrorScope().catch(() => {});
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    const met = buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
    const staging = buffer(GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [{ binding: 0, resource: { buffer: met } }];
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(groups);
    pass.end();
    encoder.copyBufferToBuffer(met, 0, staging, 0, met.size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return new Uint32Array(staging.getMappedRange()).every((local, i) => local === (((i >> 1) % 64) ^ (1 + (i % 2))));
  } catch {
    return false;
  } finally {
    for (const each of buffers) each.destroy();
  }
}
