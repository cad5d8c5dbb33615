#include "CPcap.h"

#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { cooked = 113, cooked2 = 276 };

struct cpcap {
    pcap_t *handle;
    int has_nanoseconds;
};

static void copy_message(char *message, const char *text) {
    snprintf(message, CPCAP_MESSAGE_SIZE, "%s", text ? text : "");
}

static int32_t activation_fault(int result, pcap_t *handle, char *message) {
    const char *text = pcap_geterr(handle);
    copy_message(message, text && *text ? text : pcap_statustostr(result));
    switch (result) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return CPCAP_FAULT_PERMISSION;
    case PCAP_ERROR_NO_SUCH_DEVICE: return CPCAP_FAULT_NO_DEVICE;
    case PCAP_ERROR_IFACE_NOT_UP: return CPCAP_FAULT_DOWN;
    default: return CPCAP_FAULT_OTHER;
    }
}

static int32_t set_filter(pcap_t *handle, const char *filter, char *message) {
    struct bpf_program program;
    if (pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        copy_message(message, pcap_geterr(handle));
        return CPCAP_FAULT_FILTER;
    }
    int result = pcap_setfilter(handle, &program);
    if (result != 0) copy_message(message, pcap_geterr(handle));
    pcap_freecode(&program);
    return result == 0 ? CPCAP_FAULT_NONE : CPCAP_FAULT_OTHER;
}

static int32_t activate(pcap_t *handle, const struct cpcap_options *options, char *message) {
    pcap_set_snaplen(handle, options->snap_length);
    pcap_set_buffer_size(handle, options->buffer_size);
    pcap_set_promisc(handle, options->promiscuous);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
    if (options->timeout_milliseconds > 0) {
        pcap_set_timeout(handle, options->timeout_milliseconds);
    } else {
        pcap_set_immediate_mode(handle, 1);
    }
    int result = pcap_activate(handle);
    if (result < 0) return activation_fault(result, handle, message);
    // Cooked v2 alone names the interface of each packet on `any`; older libpcap has only v1.
    if (pcap_datalink(handle) == cooked) pcap_set_datalink(handle, cooked2);
    char text[PCAP_ERRBUF_SIZE] = "";
    if (pcap_setnonblock(handle, 1, text) != 0) {
        copy_message(message, text);
        return CPCAP_FAULT_OTHER;
    }
    return options->filter ? set_filter(handle, options->filter, message) : CPCAP_FAULT_NONE;
}

struct cpcap *cpcap_open(const struct cpcap_options *options, int32_t *fault, char *message) {
    char text[PCAP_ERRBUF_SIZE] = "";
    *fault = CPCAP_FAULT_OTHER;
    struct cpcap *capture = malloc(sizeof *capture);
    pcap_t *handle = capture ? pcap_create(options->interface, text) : NULL;
    if (!handle) {
        copy_message(message, text);
        free(capture);
        return NULL;
    }
    *fault = activate(handle, options, message);
    if (*fault != CPCAP_FAULT_NONE) {
        pcap_close(handle);
        free(capture);
        return NULL;
    }
    capture->handle = handle;
    capture->has_nanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
    return capture;
}

void cpcap_close(struct cpcap *capture) {
    pcap_close(capture->handle);
    free(capture);
}

int32_t cpcap_link_type(const struct cpcap *capture) { return pcap_datalink(capture->handle); }

int32_t cpcap_has_nanoseconds(const struct cpcap *capture) { return capture->has_nanoseconds; }

int32_t cpcap_descriptor(const struct cpcap *capture) { return pcap_get_selectable_fd(capture->handle); }

int32_t cpcap_next(struct cpcap *capture, struct cpcap_packet *packet, char *message) {
    struct pcap_pkthdr *header = NULL;
    const u_char *bytes = NULL;
    packet->bytes = NULL;
    packet->captured_length = 0;
    int result = pcap_next_ex(capture->handle, &header, &bytes);
    if (result == 0 || result == PCAP_ERROR_BREAK) return 0;
    if (result != 1) {
        copy_message(message, pcap_geterr(capture->handle));
        return -1;
    }
    // The field for microseconds holds nanoseconds in captures of that precision.
    int64_t fraction = (int64_t)header->ts.tv_usec * (capture->has_nanoseconds ? 1 : 1000);
    packet->nanoseconds = (int64_t)header->ts.tv_sec * 1000000000 + fraction;
    packet->bytes = bytes;
    packet->captured_length = header->caplen;
    packet->original_length = header->len;
    return 1;
}

int32_t cpcap_counts(const struct cpcap *capture, uint32_t counts[3]) {
    struct pcap_stat found;
    if (pcap_stats(capture->handle, &found) != 0) return -1;
    counts[0] = found.ps_recv;
    counts[1] = found.ps_drop;
    counts[2] = found.ps_ifdrop;
    return 0;
}

int32_t cpcap_interfaces(char *names, int32_t size, char *message) {
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, text) != 0) {
        copy_message(message, text);
        return -1;
    }
    int32_t used = 0;
    for (const pcap_if_t *device = all; device; device = device->next) {
        // libpcap lists buses and queues too, which carry no TCP.
        if (if_nametoindex(device->name) == 0 && strcmp(device->name, "any") != 0) continue;
        size_t length = strlen(device->name);
        if (length + 1 > (size_t)(size - used)) break;
        memcpy(names + used, device->name, length);
        names[used + length] = '\n';
        used += length + 1;
    }
    pcap_freealldevs(all);
    return used;
}

int32_t cpcap_check_filter(const char *filter, int32_t link_type, char *message) {
    pcap_t *handle = pcap_open_dead(link_type, 65535);
    if (!handle) {
        copy_message(message, "out of memory");
        return -1;
    }
    struct bpf_program program;
    int result = pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN);
    if (result == 0) {
        pcap_freecode(&program);
    } else {
        copy_message(message, pcap_geterr(handle));
    }
    pcap_close(handle);
    return result == 0 ? 0 : -1;
}
