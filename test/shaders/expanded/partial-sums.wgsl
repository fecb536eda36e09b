// partial sums

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override x0: u32; override y0: u32; override width0: u32; override rows0: u32; override add0: u32;
struct Sum { x: u32, y: u32, width: u32, rows: u32, add: u32 }
@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  var i = (id.y * groups.x + id.x) * 32u + local;
  var s = Sum();
  if (i >= s.width) { i -= s.width; s = Sum(x0, y0, width0, rows0, add0); }
  if (i >= s.width) { return; }
  let strips = (s.rows + 63u) / 64u;
  var total = 0.0;
  for (var p = 0u; p < strips; p++) {
    var sum = 0.0;

  var at = p;
  for (; at + 7u * strips < s.rows; at += 8u * strips) {
    let v0 = x[s.x + (at + 0u * strips) * s.width + i];
  let v1 = x[s.x + (at + 1u * strips) * s.width + i];
  let v2 = x[s.x + (at + 2u * strips) * s.width + i];
  let v3 = x[s.x + (at + 3u * strips) * s.width + i];
  let v4 = x[s.x + (at + 4u * strips) * s.width + i];
  let v5 = x[s.x + (at + 5u * strips) * s.width + i];
  let v6 = x[s.x + (at + 6u * strips) * s.width + i];
  let v7 = x[s.x + (at + 7u * strips) * s.width + i];
    sum += v0;
  sum += v1;
  sum += v2;
  sum += v3;
  sum += v4;
  sum += v5;
  sum += v6;
  sum += v7;
  }
  for (; at < s.rows; at += strips) { sum += x[s.x + at * s.width + i]; }

    total += sum;
  }
  if (s.add != 0u) { total += y[s.y + i]; }
  y[s.y + i] = total;
}
