// What the two halves of the layer share.
#include <vulkan/vulkan.h>

// What takes the place of a function of the device, or NULL where the driver's own stays.
PFN_vkVoidFunction null_device_function(const char *name);
