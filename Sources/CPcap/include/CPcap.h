// A narrow door to libpcap. Its own header brings the C library's structures along, which Swift would then believe to be
// libpcap's; and the functions here take and give plain numbers only.
#ifndef CPCAP_H
#define CPCAP_H

#include <stdint.h>

struct cpcap;

struct cpcap_options {
    const char *interface;
    // NULL for everything.
    const char *filter;
    int32_t snap_length;
    int32_t buffer_size;
    // 0 for immediate mode.
    int32_t timeout_milliseconds;
    int32_t promiscuous;
};

enum cpcap_fault {
    CPCAP_FAULT_NONE = 0,
    CPCAP_FAULT_OTHER = 1,
    CPCAP_FAULT_PERMISSION = 2,
    CPCAP_FAULT_NO_DEVICE = 3,
    CPCAP_FAULT_DOWN = 4,
    CPCAP_FAULT_FILTER = 5,
};

enum { CPCAP_MESSAGE_SIZE = 512 };

// Opens an interface, without blocking reads. NULL with *fault and libpcap's words (CPCAP_MESSAGE_SIZE bytes).
struct cpcap *cpcap_open(const struct cpcap_options *options, int32_t *fault, char *message);
void cpcap_close(struct cpcap *capture);

int32_t cpcap_link_type(const struct cpcap *capture);
int32_t cpcap_has_nanoseconds(const struct cpcap *capture);
// To be polled for reading; -1 where there is none.
int32_t cpcap_descriptor(const struct cpcap *capture);

struct cpcap_packet {
    // Since 1970.
    int64_t nanoseconds;
    // `captured_length` bytes, true until the next call of cpcap_next.
    const uint8_t *bytes;
    uint32_t captured_length;
    uint32_t original_length;
};

// 1 and a packet, 0 if none waits, -1 with libpcap's words.
int32_t cpcap_next(struct cpcap *capture, struct cpcap_packet *packet, char *message);

// Received, dropped by the kernel, dropped by the interface. 0, or -1.
int32_t cpcap_counts(const struct cpcap *capture, uint32_t counts[3]);

// The names of the network interfaces that packets can be captured on, and `any`, one a line, as many as there is room for; those that
// are up come first. The octets that were written, or -1 with libpcap's words.
int32_t cpcap_interfaces(char *names, int32_t size, char *message);

// Parses a filter for a link type. 0, or -1 with libpcap's words.
int32_t cpcap_check_filter(const char *filter, int32_t link_type, char *message);

#endif
