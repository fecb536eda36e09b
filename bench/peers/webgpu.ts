/** TensorFlow.js's WebGPU back-end registers itself when it is loaded. */
export async function setWebGPU(): Promise<void> {
  await import('@tensorflow/tfjs-backend-webgpu');
}
