#include "CLinux.h"

#ifdef __linux__

#include <sys/epoll.h>

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int clinux_epoll_control(int descriptor, int operation, int watched, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(descriptor, operation, watched, &event);
}

int clinux_epoll_wait(int descriptor, struct clinux_epoll_entry *entries, int limit, int milliseconds) {
    struct epoll_event events[64];
    // A limit that is none is the kernel's to refuse.
    int count = epoll_wait(descriptor, events, limit < 64 ? limit : 64, milliseconds);
    for (int index = 0; index < count; index++) {
        entries[index].events = events[index].events;
        entries[index].data = events[index].data.u64;
    }
    return count;
}

#endif
