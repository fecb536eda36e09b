import { LatentGpuError } from '../errors.ts';
import type { AnyShader } from '../../shaders/wgsl.ts';
import { within } from './within.ts';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export type Constants = Readonly<Record<string, number | boolean>>;

/** The timeout for a compiler's messages: the failure itself is reported without them, too. */
const messagesMs = 1000;

const bufferTypes = { read: 'read-only-storage', read_write: 'storage', uniform: 'uniform' } as const;

/**
 * Compiled pipelines by code and constants. Compilation is asynchronous, so that many compile at once and none blocks
 * the page.
 */
export class Pipelines {
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #infos = new Map<GPUShaderModule, Promise<GPUCompilationInfo>>();
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(private readonly device: GPUDevice) {}

  /** Returns a pipeline; of `constants`, only the values of the shader's `override` constants matter. */
  get(shader: AnyShader, constants: Constants): Promise<Pipeline> {
    const own = Object.entries(constants).filter(([name]) => !shader.sizes.some((size) => size.name === name));
    const key = JSON.stringify(own.sort()) + shader.code;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(shader, Object.fromEntries(own));
      this.#pipelines.set(key, pipeline);
      pipeline.catch(() => this.#pipelines.delete(key)); // The caller sees the failure, and the next call tries again.
    }
    return pipeline;
  }

  async #compile(shader: AnyShader, constants: Constants): Promise<Pipeline> {
    // An invalid module or layout is reported to the scope and again by its pipeline, whose error the caller sees.
    this.device.pushErrorScope('validation');
    const layout = this.#layout(shader);
    const module = this.#module(shader);
    const pipelineLayout = this.device.createPipelineLayout({ label: shader.label, bindGroupLayouts: [layout] });
    const reported = this.device.popErrorScope();
    reported.catch(() => {}); // This rejects if the device is lost. The pipeline then fails too.
    try {
      const pipeline = await this.device.createComputePipelineAsync({
        label: shader.label,
        layout: pipelineLayout,
        compute: {
          module,
          constants: Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, Number(value)])),
        },
      });
      await reported;
      return { pipeline, layout };
    } catch (cause) {
      const info = await within(messagesMs, this.#compilationInfo(module)).catch(() => undefined);
      const lines = info?.messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('\n');
      throw new LatentGpuError(`shader ${shader.label} did not compile: ${lines || (cause as Error).message}`, {
        cause,
      });
    }
  }

  /**
   * The compiler's messages, requested once per module: Chrome leaves a second request unanswered until something else
   * happens on the device.
   */
  #compilationInfo(module: GPUShaderModule): Promise<GPUCompilationInfo> {
    const info = this.#infos.get(module) ?? module.getCompilationInfo();
    this.#infos.set(module, info);
    return info;
  }

  #module(shader: AnyShader): GPUShaderModule {
    let module = this.#modules.get(shader.code);
    if (!module) {
      module = this.device.createShaderModule({ label: shader.label, code: shader.code });
      this.#modules.set(shader.code, module);
    }
    return module;
  }

  #layout(shader: AnyShader): GPUBindGroupLayout {
    const key = shader.bindings.map((binding) => binding.access).join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.device.createBindGroupLayout({
        entries: shader.bindings.map(({ access }, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: bufferTypes[access] },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
