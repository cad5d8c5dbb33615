// What Swift cannot say to the processor, or to the compiler.
#ifndef TCPLENS_HINT_H
#define TCPLENS_HINT_H

#include <stddef.h>
#include <stdint.h>

/// Asks for `length` octets from `address` on to be brought near, to be changed soon. Harmless for any address.
static inline __attribute__((always_inline)) void tcplens_prefetch(const void *address, size_t length) {
    for (size_t line = 0; line < length; line += 64) {
        __builtin_prefetch((const char *)address + line, 1, 3);
    }
    __builtin_prefetch((const char *)address + length - 1, 1, 3);
}

/// The same number, of which the compiler then knows nothing: it cannot make a branch of what is computed from it.
static inline __attribute__((always_inline)) uint64_t tcplens_optimization_barrier(uint64_t value) {
    __asm__("" : "+r"(value));
    return value;
}

#endif
