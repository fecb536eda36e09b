// What the parts of the layer share.
#include <vulkan/vulkan.h>

// The driver's functions of a device, by their names.
extern PFN_vkGetDeviceProcAddr next_device_function;

VkResult create_pipelines(VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,
                          const VkAllocationCallbacks *allocator, VkPipeline *out);

// What takes the place of a function of the device, or NULL where the driver's own stays.
PFN_vkVoidFunction null_device_function(const char *name);

// Whether the process outlives it.
int survives(VkResult (*work)(VkDevice, const VkComputePipelineCreateInfo *), VkDevice device,
             const VkComputePipelineCreateInfo *info);
