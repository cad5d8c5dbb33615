#define _GNU_SOURCE
#include "CLinux.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/netlink.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

static void name_interface(struct ifreq *request, const char *name) {
    memset(request, 0, sizeof *request);
    strncpy(request->ifr_name, name, IFNAMSIZ - 1);
}

static int close_with_errno(int descriptor) {
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int clinux_tun_open(const char *path, const char *name) {
    int descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return -1;
    struct ifreq request;
    name_interface(&request, name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    return ioctl(descriptor, TUNSETIFF, &request) == 0 ? descriptor : close_with_errno(descriptor);
}

static int bring_up(int control, const char *name, int mtu) {
    struct ifreq request;
    name_interface(&request, name);
    request.ifr_mtu = mtu;
    if (ioctl(control, SIOCSIFMTU, &request) != 0) return -1;
    // What one write of a large buffer sends must not be dropped because nobody has read yet. A user namespace's root may
    // not ask for this, and has room for 500 packets.
    name_interface(&request, name);
    request.ifr_qlen = 10000;
    ioctl(control, SIOCSIFTXQLEN, &request);
    name_interface(&request, name);
    if (ioctl(control, SIOCGIFFLAGS, &request) != 0) return -1;
    request.ifr_flags |= IFF_UP;
    return ioctl(control, SIOCSIFFLAGS, &request);
}

static int set_ipv4(int control, const char *name, const uint8_t *address, int prefix) {
    struct ifreq request;
    struct sockaddr_in *inside = (struct sockaddr_in *)&request.ifr_addr;
    name_interface(&request, name);
    inside->sin_family = AF_INET;
    memcpy(&inside->sin_addr, address, 4);
    if (ioctl(control, SIOCSIFADDR, &request) != 0) return -1;
    name_interface(&request, name);
    inside->sin_family = AF_INET;
    inside->sin_addr.s_addr = __builtin_bswap32(prefix ? 0xffffffffu << (32 - prefix) : 0);
    return ioctl(control, SIOCSIFNETMASK, &request);
}

static int route_ipv4(int control, const char *name) {
    struct rtentry route;
    char device[IFNAMSIZ] = {0};
    strncpy(device, name, IFNAMSIZ - 1);
    memset(&route, 0, sizeof route);
    route.rt_dst.sa_family = AF_INET;
    route.rt_genmask.sa_family = AF_INET;
    route.rt_gateway.sa_family = AF_INET;
    route.rt_flags = RTF_UP;
    route.rt_dev = device;
    return ioctl(control, SIOCADDRT, &route);
}

// What the kernel would do with a packet to an address: RTN_LOCAL once it would take it for itself. -1 with errno where it
// cannot be asked.
static int fate_of_packets_to(int netlink, const uint8_t *address) {
    struct {
        struct nlmsghdr header;
        struct rtmsg message;
        struct rtattr attribute;
        uint8_t address[16];
    } request;
    union {
        struct nlmsghdr header;
        uint8_t bytes[4096];
    } answer;
    memset(&request, 0, sizeof request);
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_GETROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.message.rtm_family = AF_INET6;
    request.message.rtm_dst_len = 128;
    request.attribute.rta_len = RTA_LENGTH(sizeof request.address);
    request.attribute.rta_type = RTA_DST;
    memcpy(request.address, address, sizeof request.address);
    ssize_t length;
    do {
        length = send(netlink, &request, sizeof request, 0);
    } while (length < 0 && errno == EINTR);
    if (length < 0) return -1;
    do {
        length = recv(netlink, &answer, sizeof answer, 0);
    } while (length < 0 && errno == EINTR);
    if (length < 0) return -1;
    // An error is an answer too: there is no way to it yet.
    if (length < (ssize_t)NLMSG_LENGTH(sizeof(struct rtmsg)) || answer.header.nlmsg_type != RTM_NEWROUTE) return RTN_UNSPEC;
    return ((struct rtmsg *)NLMSG_DATA(&answer.header))->rtm_type;
}

// A new address is not the kernel's own at once: until a work queue has come round to it, nobody can bind to it, and what
// is sent to it goes nowhere.
static int await_ipv6(const uint8_t *address) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0) return -1;
    struct timespec pause = {0, 200000};
    for (int round = 0; round < 25000; round++) {
        int fate = fate_of_packets_to(netlink, address);
        if (fate < 0) return close_with_errno(netlink);
        if (fate == RTN_LOCAL) {
            close(netlink);
            return 0;
        }
        nanosleep(&pause, NULL);
    }
    errno = ETIMEDOUT;
    return close_with_errno(netlink);
}

static int set_ipv6(int control, unsigned index, const uint8_t *address, int prefix) {
    struct in6_ifreq request;
    memset(&request, 0, sizeof request);
    memcpy(&request.ifr6_addr, address, 16);
    request.ifr6_prefixlen = (uint32_t)prefix;
    request.ifr6_ifindex = (int)index;
    if (ioctl(control, SIOCSIFADDR, &request) != 0) return -1;
    struct in6_rtmsg route;
    memset(&route, 0, sizeof route);
    route.rtmsg_metric = 1;
    route.rtmsg_flags = RTF_UP;
    route.rtmsg_ifindex = (int)index;
    if (ioctl(control, SIOCADDRT, &route) != 0) return -1;
    return await_ipv6(address);
}

static int interface_index(int control, const char *name) {
    struct ifreq request;
    name_interface(&request, name);
    return ioctl(control, SIOCGIFINDEX, &request) == 0 ? request.ifr_ifindex : -1;
}

int clinux_tun_configure(const char *name, int mtu, int family, const uint8_t *address, int prefix) {
    int control = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -1;
    int index = interface_index(control, name);
    int result = index < 0 ? -1 : 0;
    // An IPv4 route needs the interface up, and IPv6 takes no address before that.
    if (result == 0 && family == AF_INET) result = set_ipv4(control, name, address, prefix);
    if (result == 0) result = bring_up(control, name, mtu);
    if (result == 0 && family == AF_INET) result = route_ipv4(control, name);
    if (result == 0 && family == AF_INET6) result = set_ipv6(control, (unsigned)index, address, prefix);
    if (result != 0) return close_with_errno(control);
    close(control);
    return 0;
}

int clinux_tap_open(const char *name) {
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int on = 1, size = 32 << 20;
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    struct sockaddr_ll place;
    memset(&place, 0, sizeof place);
    place.sll_family = AF_PACKET;
    place.sll_protocol = __builtin_bswap16(ETH_P_ALL);
    place.sll_ifindex = interface_index(descriptor, name);
    if (place.sll_ifindex < 0) return close_with_errno(descriptor);
    if (setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0
        || bind(descriptor, (struct sockaddr *)&place, sizeof place) != 0) {
        return close_with_errno(descriptor);
    }
    return descriptor;
}

int64_t clinux_tap_next(int descriptor, uint8_t *buffer, int64_t size, int64_t *real_time) {
    for (;;) {
        struct sockaddr_ll place;
        union {
            char bytes[256];
            struct cmsghdr alignment;
        } control;
        struct iovec vector = {buffer, (size_t)size};
        struct msghdr message;
        memset(&message, 0, sizeof message);
        message.msg_name = &place;
        message.msg_namelen = sizeof place;
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT);
        if (length < 0) return errno == EAGAIN || errno == EINTR || errno == ENETDOWN ? 0 : -1;
        if (place.sll_pkttype != PACKET_OUTGOING) continue;
        *real_time = 0;
        for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
            if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
            struct timespec time;
            memcpy(&time, CMSG_DATA(part), sizeof time);
            *real_time = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
        }
        return length;
    }
}

int clinux_hurry(void) {
    struct sched_param least = {.sched_priority = 1};
    return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &least);
}

int clinux_wait(int descriptor, int64_t nanoseconds) {
    struct pollfd place = {descriptor, POLLIN, 0};
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return ppoll(&place, 1, &time, NULL);
}

#endif
