/**
 * A GPU with its published figures.
 * @typedef {object} Card
 * @property {string} name
 * @property {number} units compute units, SMs or cores
 * @property {number} lanes multiply-adds that each of them begins in a cycle
 * @property {number} gigahertz the clock that the vendor's peak goes by
 * @property {number} gigabytes of memory traffic a second, in billions
 * @property {number} latencyNs from a load until its value arrives, from the last cache that all units share
 * @property {number} cyclesPerInstruction of one workgroup of 64 alone on its unit
 * @property {number} launchUs from the end of a dispatch to the beginning of the one that waits for it; it is not
 * published, so this is our assumption
 */

/** @type {readonly Card[]} */
export const cards = [
  {
    // Units and memory: NVIDIA, "H100 Tensor Core GPU Architecture" and the data sheet of the SXM5 card (132 SMs, 67
    // TFLOP/s, 3.35 TB/s); the clock is the one that gives the peak. Latency: our assumption, a third more than the
    // next card's, since the cache has two distant halves.
    name: 'NVIDIA H100 SXM',
    units: 132,
    lanes: 128,
    gigahertz: 1.98,
    gigabytes: 3350,
    latencyNs: 150,
    cyclesPerInstruction: 1,
    launchUs: 2,
  },
  {
    // Units, clock and memory: NVIDIA, product page of the GeForce RTX 4060 (3072 cores, 2.46 GHz, 272 GB/s).
    // Latency: 279 cycles, "Non-Uniform L2 Cache Latency Across the Streaming Multiprocessors of an NVIDIA L40" (arXiv 2606.22588), of the same family.
    name: 'NVIDIA GeForce RTX 4060',
    units: 24,
    lanes: 128,
    gigahertz: 2.46,
    gigabytes: 272,
    latencyNs: 113,
    cyclesPerInstruction: 1,
    launchUs: 2,
  },
  {
    // Units, clock and memory: AMD, product page of the Radeon RX 6800 XT (72 units, 2.25 GHz, 20.74 TFLOP/s, 512
    // GB/s). Latency: 66 ns beyond the first cache, Chips and Cheese, "Measuring GPU Memory Latency" (2021), and about
    // 30 ns for that cache, our assumption. A wave of 64 passes through units of 32 lanes twice.
    name: 'AMD Radeon RX 6800 XT',
    units: 72,
    lanes: 64,
    gigahertz: 2.25,
    gigabytes: 512,
    latencyNs: 96,
    cyclesPerInstruction: 2,
    launchUs: 2.5,
  },
  {
    // Cores and memory: Apple, "Apple unveils M2" (2022: 10 cores, 3.6 TFLOP/s, 100 GB/s); the clock is the one that
    // gives the peak. Latency: 234 ns to the system's cache, Chips and Cheese, "A Brief Look at Apple's M2 Pro iGPU"
    // (2023).
    name: 'Apple M2, 10 cores',
    units: 10,
    lanes: 128,
    gigahertz: 1.4,
    gigabytes: 100,
    latencyNs: 234,
    cyclesPerInstruction: 1,
    launchUs: 6,
  },
];

/** The card of the budget: the most common one of these. */
export const budgetCard = cards[1];
