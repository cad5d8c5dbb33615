#include "CLinux.h"

#include <time.h>

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clinux_real_time(void) { return nanoseconds(CLOCK_REALTIME); }

int64_t clinux_monotonic_time(void) { return nanoseconds(CLOCK_MONOTONIC); }
