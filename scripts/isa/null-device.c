// A device that computes nothing: commands and submits do nothing, as the drivers' null devices have no way to run them, fences and semaphores have
// always been signalled, and memory is this process's own, full of zeros.
#include "layer.h"
#include <stdlib.h>
#include <string.h>

static VkResult succeed(void) { return VK_SUCCESS; }

// One kind of memory for the device, one that can be mapped.
static void memory_properties(VkPhysicalDevice adapter, VkPhysicalDeviceMemoryProperties *out) {
  (void)adapter;
  memset(out, 0, sizeof *out);
  out->memoryTypeCount = out->memoryHeapCount = 2;
  out->memoryTypes[0].propertyFlags = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  out->memoryTypes[1].propertyFlags =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  out->memoryTypes[1].heapIndex = 1;
  out->memoryHeaps[0].size = out->memoryHeaps[1].size = 16ull << 30;
  out->memoryHeaps[0].flags = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
}

static void memory_properties2(VkPhysicalDevice adapter, VkPhysicalDeviceMemoryProperties2 *out) {
  memory_properties(adapter, &out->memoryProperties);
}

// `data` is made when it is first mapped: nothing else looks into it.
typedef struct {
  void *data;
  size_t size;
} Memory;

static VkResult allocate(VkDevice device, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *allocator,
                         VkDeviceMemory *out) {
  (void)device, (void)allocator;
  Memory *memory = calloc(1, sizeof *memory);
  if (!memory) return VK_ERROR_OUT_OF_HOST_MEMORY;
  memory->size = info->allocationSize;
  *out = (VkDeviceMemory)memory;
  return VK_SUCCESS;
}

static void release(VkDevice device, VkDeviceMemory handle, const VkAllocationCallbacks *allocator) {
  (void)device, (void)allocator;
  Memory *memory = (Memory *)handle;
  if (memory) free(memory->data);
  free(memory);
}

static VkResult map(VkDevice device, VkDeviceMemory handle, VkDeviceSize offset, VkDeviceSize size, VkMemoryMapFlags flags,
                    void **out) {
  (void)device, (void)size, (void)flags;
  Memory *memory = (Memory *)handle;
  if (!memory->data) memory->data = calloc(1, memory->size);
  if (!memory->data) return VK_ERROR_MEMORY_MAP_FAILED;
  *out = (char *)memory->data + offset;
  return VK_SUCCESS;
}

// Of a buffer, only its size is ever asked for.
static VkResult create_buffer(VkDevice device, const VkBufferCreateInfo *info, const VkAllocationCallbacks *allocator,
                              VkBuffer *out) {
  (void)device, (void)allocator;
  VkDeviceSize *size = malloc(sizeof *size);
  if (!size) return VK_ERROR_OUT_OF_HOST_MEMORY;
  *size = info->size;
  *out = (VkBuffer)size;
  return VK_SUCCESS;
}

static void destroy_buffer(VkDevice device, VkBuffer buffer, const VkAllocationCallbacks *allocator) {
  (void)device, (void)allocator;
  free((void *)buffer);
}

static void requirements(VkDevice device, VkBuffer buffer, VkMemoryRequirements *out) {
  (void)device;
  out->size = (*(VkDeviceSize *)buffer + 255) / 256 * 256;
  out->alignment = 256;
  out->memoryTypeBits = 3;
}

static void requirements2(VkDevice device, const VkBufferMemoryRequirementsInfo2 *info, VkMemoryRequirements2 *out) {
  requirements(device, info->buffer, &out->memoryRequirements);
}

static VkResult create_fence(VkDevice device, const VkFenceCreateInfo *info, const VkAllocationCallbacks *allocator,
                             VkFence *out) {
  (void)device, (void)info, (void)allocator;
  *out = (VkFence)malloc(1);
  return VK_SUCCESS;
}

static void destroy_fence(VkDevice device, VkFence fence, const VkAllocationCallbacks *allocator) {
  (void)device, (void)allocator;
  free((void *)fence);
}

// No file stands for a fence that has been signalled.
static VkResult fence_file(VkDevice device, const void *info, int *out) {
  (void)device, (void)info;
  *out = -1;
  return VK_SUCCESS;
}

// Past every value that is waited for.
static VkResult counter_value(VkDevice device, VkSemaphore semaphore, uint64_t *out) {
  (void)device, (void)semaphore;
  *out = UINT64_MAX / 2;
  return VK_SUCCESS;
}

#define NAMED(name, function) {name, (PFN_vkVoidFunction)(function)}
static const struct {
  const char *name;
  PFN_vkVoidFunction function;
} functions[] = {
    NAMED("vkGetPhysicalDeviceMemoryProperties", memory_properties),
    NAMED("vkGetPhysicalDeviceMemoryProperties2", memory_properties2),
    NAMED("vkGetPhysicalDeviceMemoryProperties2KHR", memory_properties2),
    NAMED("vkAllocateMemory", allocate),
    NAMED("vkFreeMemory", release),
    NAMED("vkMapMemory", map),
    NAMED("vkUnmapMemory", succeed),
    NAMED("vkFlushMappedMemoryRanges", succeed),
    NAMED("vkInvalidateMappedMemoryRanges", succeed),
    NAMED("vkCreateBuffer", create_buffer),
    NAMED("vkDestroyBuffer", destroy_buffer),
    NAMED("vkGetBufferMemoryRequirements", requirements),
    NAMED("vkGetBufferMemoryRequirements2", requirements2),
    NAMED("vkGetBufferMemoryRequirements2KHR", requirements2),
    NAMED("vkBindBufferMemory", succeed),
    NAMED("vkBindBufferMemory2", succeed),
    NAMED("vkBindBufferMemory2KHR", succeed),
    NAMED("vkUpdateDescriptorSets", succeed),
    NAMED("vkCreateFence", create_fence),
    NAMED("vkDestroyFence", destroy_fence),
    NAMED("vkGetFenceFdKHR", fence_file),
    NAMED("vkGetFenceStatus", succeed),
    NAMED("vkResetFences", succeed),
    NAMED("vkWaitForFences", succeed),
    NAMED("vkGetSemaphoreCounterValue", counter_value),
    NAMED("vkGetSemaphoreCounterValueKHR", counter_value),
    NAMED("vkWaitSemaphores", succeed),
    NAMED("vkWaitSemaphoresKHR", succeed),
    NAMED("vkBeginCommandBuffer", succeed),
    NAMED("vkEndCommandBuffer", succeed),
    NAMED("vkResetCommandBuffer", succeed),
    NAMED("vkResetCommandPool", succeed),
    NAMED("vkQueueSubmit", succeed),
    NAMED("vkQueueSubmit2", succeed),
    NAMED("vkQueueSubmit2KHR", succeed),
    NAMED("vkQueueWaitIdle", succeed),
    NAMED("vkDeviceWaitIdle", succeed),
};

PFN_vkVoidFunction null_device_function(const char *name) {
  if (!strncmp(name, "vkCmd", 5)) return (PFN_vkVoidFunction)succeed;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (!strcmp(name, functions[i].name)) return functions[i].function;
  return NULL;
}
