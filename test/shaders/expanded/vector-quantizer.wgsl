// quantize wide

alias Part = vec4f;
@group(0) @binding(0) var<storage, read> z: array<Part>;
@group(0) @binding(1) var<storage, read> codebook: array<Part>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> y: array<Part>;
@group(0) @binding(4) var<storage, read_write> at: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<uniform> sizes: Sizes;

/** A vector has `parts` vec4s, or numbers. */
struct Sizes { vectors: u32, entries: u32, parts: u32, factor: f32 }

struct State {
  /** Completed optimizer steps over the life of the model. */
  step: u32,
  epoch: u32,
  /** Examples of this epoch already processed. */
  position: u32,
  /** Examples in an epoch. */
  examples: u32,
  batch: u32,
  /** The slot for the losses of the next step. */
  slot: u32,
  seed: u32,
  /** The optimizer's current step, from 1 on, set when its losses are added up. */
  t: u32,
  /** The smallest index of a bad value: 0 for a loss that is not finite, 1 + n for the n-th gradient of the phase if it is not finite or at least 2⁶⁰; all ones if no value is bad. */

  bad: u32,

  /** The step's learning rate, followed by the factor that clips the gradients' norm. Both are set when the losses are added up. */
  rate: f32,
  scale: f32,
  /** The phase of a step in which a bad value was found, or all ones. */
  halted: u32,
}

fn batch_rows() -> u32 {
  return min(state.batch, state.examples - state.position);
}

fn real_vectors() -> u32 {
  return batch_rows() * (sizes.vectors / state.batch);
}

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

var<workgroup> distances: array<vec4f, 64>;
var<workgroup> nearest: array<vec4u, 64>;
var<workgroup> chosen: array<u32, 32>;

fn square(v: Part) -> f32 {
  return dot(v, v);
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let begin = (group.y * groups.x + group.x) * 32u;
  let vectors = sizes.vectors;
  let entries = sizes.entries;
  let parts = sizes.parts;
  if (begin >= vectors) { return; }
  let strip = local % 8u;
  // Rows past the last one read the last one again; their results are not stored.
  let n = min(begin + 4u * (local / 8u) + vec4u(0u, 1u, 2u, 3u), vec4u(vectors - 1u)) * parts;
  var least = vec4f(3.4028234e38);
  var best = vec4u();
  for (var entry = 4u * strip; entry < entries; entry += 32u) {
    let e = min(entry + vec4u(0u, 1u, 2u, 3u), vec4u(entries - 1u)) * parts;
    var d0 = vec4f();
  var d1 = vec4f();
  var d2 = vec4f();
  var d3 = vec4f();
    for (var p = 0u; p < parts; p++) {
      let z0 = z[n[0] + p];
  let z1 = z[n[1] + p];
  let z2 = z[n[2] + p];
  let z3 = z[n[3] + p];
      let e0 = codebook[e[0] + p];
  let e1 = codebook[e[1] + p];
  let e2 = codebook[e[2] + p];
  let e3 = codebook[e[3] + p];
      d0 += vec4f(square(z0 - e0), square(z1 - e0), square(z2 - e0), square(z3 - e0));
  d1 += vec4f(square(z0 - e1), square(z1 - e1), square(z2 - e1), square(z3 - e1));
  d2 += vec4f(square(z0 - e2), square(z1 - e2), square(z2 - e2), square(z3 - e2));
  d3 += vec4f(square(z0 - e3), square(z1 - e3), square(z2 - e3), square(z3 - e3));
    }

    best = select(best, vec4u(entry + 0u), d0 < least);
    least = min(d0, least);

    best = select(best, vec4u(entry + 1u), d1 < least);
    least = min(d1, least);

    best = select(best, vec4u(entry + 2u), d2 < least);
    least = min(d2, least);

    best = select(best, vec4u(entry + 3u), d3 < least);
    least = min(d3, least);
  }
  distances[local] = least;
  nearest[local] = best;
  workgroupBarrier();
  if (local < 32u && begin + local < vectors) {
    let first = local / 4u * 8u;
    var one = distances[first][local % 4u];
    var k = nearest[first][local % 4u];
    for (var s = 1u; s < 8u; s++) {
      let other = distances[first + s][local % 4u];
      let there = nearest[first + s][local % 4u];
      if (other < one || (other == one && there < k)) {
        one = other;
        k = there;
      }
    }
    let sum = select(0.0, one * sizes.factor, begin + local < real_vectors());
    chosen[local] = k;
    at[begin + local] = f32(k);
    sums[begin + local] = sum;

  }
  workgroupBarrier();
  for (var i = local; i < min(32u, vectors - begin) * parts; i += 64u) {
    let here = begin * parts + i;
    let vector = i / parts;
    let exponents = bitcast<vec4u>(z[here]) & vec4u(0x7f800000u);
    y[here] = select(codebook[chosen[vector] * parts + i - vector * parts], z[here], exponents == vec4u(0x7f800000u));
  }
}
