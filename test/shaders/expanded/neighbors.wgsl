// distances

@group(0) @binding(0) var<storage, read> codes: array<vec4f>;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override length: u32;
/** The first query of this dispatch. */
override first: u32;
override count: u32;
/** The vec4s of a row. */
override quads: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let across = (count + 3u) / 4u;
  if (t >= across * ((length + 3u) / 4u)) { return; }
  let code = t / across * 4u;
  let query = t % across * 4u;
  // Rows past the last one read the last one again; their results are not stored.
  let c = min(code + vec4u(0u, 1u, 2u, 3u), vec4u(length - 1u)) * quads;
  let q = (first + min(query + vec4u(0u, 1u, 2u, 3u), vec4u(count - 1u))) * quads;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var d = 0u; d < quads; d++) {
    let rows = mat4x4f(queries[q.x + d], queries[q.y + d], queries[q.z + d], queries[q.w + d]);
    sum0 += squares(rows, codes[c.x + d]);
    sum1 += squares(rows, codes[c.y + d]);
    sum2 += squares(rows, codes[c.z + d]);
    sum3 += squares(rows, codes[c.w + d]);
  }
  let sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0u; i < min(4u, length - code); i++) {
    for (var j = 0u; j < min(4u, count - query); j++) { y[(code + i) * count + query + j] = sums[i][j]; }
  }
}

/** The squared distances of four queries from one code, over four dimensions. */
fn squares(rows: mat4x4f, code: vec4f) -> vec4f {
  let a = rows[0] - code;
  let b = rows[1] - code;
  let c = rows[2] - code;
  let d = rows[3] - code;
  return vec4f(dot(a, a), dot(b, b), dot(c, c), dot(d, d));
}
