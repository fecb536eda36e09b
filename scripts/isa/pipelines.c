// Writes what the driver's compiler says of a compute pipeline, its statistics and its assembly, as one line of JSON into the file that $LATENTGPU_ISA
// names, in place of what was said of the pipeline before.
#include "layer.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static void write_text(FILE *file, const char *text, size_t length) {
  fputc('"', file);
  for (size_t i = 0; i < length && text[i]; i++) {
    unsigned char c = text[i];
    if (c == '"' || c == '\\') fprintf(file, "\\%c", c);
    else if (c == '\n') fputs("\\n", file);
    else fputc(c < 32 ? ' ' : c, file);
  }
  fputc('"', file);
}

static void write_statistics(FILE *file, VkDevice device, const VkPipelineExecutableInfoKHR *executable) {
  PFN_vkGetPipelineExecutableStatisticsKHR get =
      (PFN_vkGetPipelineExecutableStatisticsKHR)next_device_function(device, "vkGetPipelineExecutableStatisticsKHR");
  uint32_t count = 0;
  get(device, executable, &count, NULL);
  VkPipelineExecutableStatisticKHR *all = calloc(count, sizeof *all);
  for (uint32_t i = 0; i < count; i++) all[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  get(device, executable, &count, all);
  for (uint32_t i = 0; i < count; i++) {
    if (i) fputc(',', file);
    write_text(file, all[i].name, VK_MAX_DESCRIPTION_SIZE);
    if (all[i].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR) fprintf(file, ":%g", all[i].value.f64);
    else fprintf(file, ":%lld", (long long)all[i].value.i64);
  }
  free(all);
}

// The last of the texts that a driver keeps of a shader: what the GPU gets.
static void write_assembly(FILE *file, VkDevice device, const VkPipelineExecutableInfoKHR *executable) {
  PFN_vkGetPipelineExecutableInternalRepresentationsKHR get =
      (PFN_vkGetPipelineExecutableInternalRepresentationsKHR)next_device_function(
          device, "vkGetPipelineExecutableInternalRepresentationsKHR");
  uint32_t count = 0;
  get(device, executable, &count, NULL);
  VkPipelineExecutableInternalRepresentationKHR *all = calloc(count, sizeof *all);
  for (uint32_t i = 0; i < count; i++) all[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
  get(device, executable, &count, all);
  for (uint32_t i = 0; i < count; i++) all[i].pData = malloc(all[i].dataSize + 1);
  get(device, executable, &count, all);
  if (count) write_text(file, all[count - 1].pData, all[count - 1].dataSize);
  else fputs("\"\"", file);
  for (uint32_t i = 0; i < count; i++) free(all[i].pData);
  free(all);
}

// Of this thread, so that what else the machine does is not counted.
static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void tell(VkDevice device, VkPipeline pipeline, double driver_ms, double began) {
  PFN_vkGetPipelineExecutablePropertiesKHR get =
      (PFN_vkGetPipelineExecutablePropertiesKHR)next_device_function(device, "vkGetPipelineExecutablePropertiesKHR");
  VkPipelineInfoKHR which = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, NULL, pipeline};
  // A compute pipeline has one executable.
  VkPipelineExecutablePropertiesKHR properties = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR};
  uint32_t count = 1;
  get(device, &which, &count, &properties);
  VkPipelineExecutableInfoKHR executable = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, 0};
  FILE *file = fopen(getenv("LATENTGPU_ISA"), "w");
  if (!file) return;
  fprintf(file, "{\"wave\":%u,\"driverMs\":%g,\"statistics\":{", properties.subgroupSize, driver_ms);
  write_statistics(file, device, &executable);
  fputs("},\"assembly\":", file);
  write_assembly(file, device, &executable);
  fprintf(file, ",\"layerMs\":%g}\n", milliseconds() - began);
  fclose(file);
}

static VkResult try_pipeline(VkDevice device, const VkComputePipelineCreateInfo *info) {
  VkPipeline pipeline;
  return ((PFN_vkCreateComputePipelines)next_device_function(device, "vkCreateComputePipelines"))(
      device, VK_NULL_HANDLE, 1, info, NULL, &pipeline);
}

// What takes longer is compiled once only: of such a time, what the compiler keeps to tell is a small part.
static const double patience_ms = 500;

// Compiles so that the compiler keeps what it can tell, and then as any program would, for the time that takes. No cache, in which it would be already.
static VkResult create_pipeline(VkDevice device, const VkComputePipelineCreateInfo *info, const VkAllocationCallbacks *allocator,
                                VkPipeline *out) {
  PFN_vkCreateComputePipelines create =
      (PFN_vkCreateComputePipelines)next_device_function(device, "vkCreateComputePipelines");
  PFN_vkDestroyPipeline destroy = (PFN_vkDestroyPipeline)next_device_function(device, "vkDestroyPipeline");
  if (getenv("LATENTGPU_ISA_CAREFUL") && !survives(try_pipeline, device, info)) {
    FILE *file = fopen(getenv("LATENTGPU_ISA"), "w");
    if (file) {
      fputs("{\"crashed\":true,\"wave\":0,\"driverMs\":0,\"layerMs\":0,\"statistics\":{},\"assembly\":\"\"}", file);
      fclose(file);
    }
    // Nothing runs, so nobody misses it.
    *out = VK_NULL_HANDLE;
    return VK_SUCCESS;
  }
  VkComputePipelineCreateInfo telling = *info;
  telling.flags |=
      VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR | VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
  double began = milliseconds();
  VkResult result = create(device, VK_NULL_HANDLE, 1, &telling, allocator, out);
  if (result != VK_SUCCESS) return result;
  double driver_ms = milliseconds() - began;
  if (driver_ms < patience_ms) {
    VkPipeline plain;
    double again = milliseconds();
    result = create(device, VK_NULL_HANDLE, 1, info, allocator, &plain);
    if (result != VK_SUCCESS) return result;
    again = milliseconds() - again;
    // Else it was found in a cache that the driver has by itself.
    if (again > driver_ms / 10) driver_ms = again;
    destroy(device, plain, allocator);
  }
  pthread_mutex_lock(&writing);
  if (getenv("LATENTGPU_ISA")) tell(device, *out, driver_ms, began);
  pthread_mutex_unlock(&writing);
  return VK_SUCCESS;
}

VkResult create_pipelines(VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,
                                 const VkAllocationCallbacks *allocator, VkPipeline *out) {
  (void)cache;
  VkResult result = VK_SUCCESS;
  for (uint32_t i = 0; i < count && result == VK_SUCCESS; i++) result = create_pipeline(device, &infos[i], allocator, &out[i]);
  return result;
}
