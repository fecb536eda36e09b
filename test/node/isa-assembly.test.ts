import { describe, expect, it } from 'vitest';
import { digest } from '../../scripts/isa/digest.mjs';
import { adrenoLoop, amdLoop, intelLoop } from '../../scripts/isa/loops.mjs';

/** Two loops, one in the other: the inner one multiplies, and has its condition in a block of its own. */
const assembly = `BB0:
\tv_mul_f32_e32 v0, v1, v2
BB1:
\ts_load_dword s0
\tv_add_nc_u32_e32 v9, 4, v9
BB2:
\tv_cmp_gt_u32_e32 vcc, v1, v2
\ts_cbranch_vccz BB4
BB3:
\tv_mul_f32_e32 v0, v1, v2
\tv_fmac_f32_e32 v3, v1, v2
\tv_fma_f32 v4, v1, v2, v3
\tv_add_f32_e32 v0, v1, v2
\tbuffer_load_dwordx4 v[0:3], v4, s[0:3], 0 offen
\ts_branch BB2
BB4:
\ts_cbranch_scc1 BB1
BB5:
\ts_endpgm
`;

describe('the loop read from an assembly', () => {
  it('is the innermost loop around the block with the most multiplications, with all of its blocks', () => {
    expect(amdLoop(assembly)).toEqual({ instructions: 5, multiplyAdds: 3 });
  });

  it('does not exist without multiplications in a loop', () => {
    expect(amdLoop(assembly.replace('s_branch BB2', 's_nop').replace('s_cbranch_scc1 BB1', 's_nop'))).toBeUndefined();
    expect(amdLoop(assembly.replaceAll(/v_(mul|fmac|fma)_f32/g, 'v_mov_b32'))).toBeUndefined();
    expect(amdLoop('')).toBeUndefined();
  });

  it('counts half of a wave as half for Intel, and ignores other units', () => {
    const text = `LABEL2:
(+f0.0) break(16) JIP:  LABEL1        UIP:  LABEL1              { align1 1H };
mul(16)         g123<1>D        g109<8,8,1>D    g107.4<0,1,0>UW { align1 1H };
mul(8)          g12<1>F         g10<8,8,1>F     g10.4<0,1,0>F   { align1 1Q };
mul(8)          g13<1>F         g10<8,8,1>F     g10.4<0,1,0>F   { align1 2Q };
(+f0.0) mad(16) g113<1>F        g115<8,8,1>F    g5<8,8,1>F      g37<1,1,1>F { align1 1H @1 $4.dst compacted };
sync nop(1)                     null<0,1,0>UB                   { align1 WE_all 1N @3 };
send(16)        g19UD           g32UD           nullUD          0x04605800                0x00000000
LABEL1:
while(16)       JIP:  LABEL2                                    { align1 1H };
mad(16)         g115<1>F        g113<8,8,1>F    g3<8,8,1>F      g35<1,1,1>F { align1 1H };
`;
    expect(intelLoop(text, 16)).toEqual({ instructions: 3, multiplyAdds: 2 });
  });

  it('handles the names of each driver', () => {
    const compiled = { wave: 64, driverMs: 1, layerMs: 3, assembly };
    const amd = { VGPRs: 56, 'Spilled VGPRs': 2, 'Spilled SGPRs': 1, 'LDS size': 512, 'Subgroups per SIMD': 18 };
    expect(digest({ ...compiled, statistics: amd })).toMatchObject({
      registers: 56,
      spills: 3,
      waves: 18,
      workgroupMemory: 512,
    });
    expect(digest({ ...compiled, statistics: { 'Spill Count': 143, 'Fill Count': 313 } })).toMatchObject({
      spills: 456,
      loop: undefined,
    });
  });
});

describe('the loop read from an assembly of an Adreno', () => {
  it('counts the repetitions of an instruction', () => {
    const text = `l691:
(jp)(nop3) cmps.u.ge p0.x, r0.y, c0.z
br !p0.x, #l701
(rpt2)nop
(sy)(rpt3)mul.f r0.x, (r)r4.x, (r)r8.x
(ss)add.f r0.x, r4.x, r8.x
ldp.u32 r0.x, p[r0.w+1616], 1
jump #l691
l701:
mul.f r0.x, r4.x, r8.x
`;
    expect(adrenoLoop(text)).toEqual({ instructions: 6, multiplyAdds: 4 });
  });
});
