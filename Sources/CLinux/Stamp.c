#include "CLinux.h"

// Found by its mark and overwritten in the finished file, with as many bytes: `volatile`, so that the compiler does not
// believe what stands here.
static const volatile char stamp[65] = "tcplens-stamp:                                                  ";

uint8_t clinux_stamp(int32_t index) { return index < 0 || index >= 64 ? 0 : (uint8_t)stamp[index]; }
