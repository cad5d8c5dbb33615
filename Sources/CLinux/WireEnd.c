#define _GNU_SOURCE
#include "CLinux.h"

#ifdef __linux__

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/netlink.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>

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

int clinux_tun_make(int descriptor, char *name) {
    struct ifreq request;
    name_interface(&request, name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(descriptor, TUNSETIFF, &request) != 0) return -1;
    memcpy(name, request.ifr_name, IFNAMSIZ);
    return 0;
}

// Appends an attribute to a netlink message that has room for it.
static struct rtattr *append(struct nlmsghdr *message, unsigned short type, const void *data, size_t length) {
    struct rtattr *attribute = (struct rtattr *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(length);
    if (length) memcpy(RTA_DATA(attribute), data, length);
    message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
    return attribute;
}

// What was appended since belongs into it.
static void finish(struct nlmsghdr *message, struct rtattr *attribute) {
    attribute->rta_len = (unsigned short)((char *)message + NLMSG_ALIGN(message->nlmsg_len) - (char *)attribute);
}

// Sends a request that only changes something. 0, or -1 with errno.
static int change(struct nlmsghdr *message) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0) return -1;
    union {
        struct nlmsghdr header;
        char bytes[4096];
    } answer;
    ssize_t length;
    do {
        length = send(netlink, message, message->nlmsg_len, 0);
    } while (length < 0 && errno == EINTR);
    if (length < 0) return close_with_errno(netlink);
    do {
        length = recv(netlink, &answer, sizeof answer, 0);
    } while (length < 0 && errno == EINTR);
    if (length < 0) return close_with_errno(netlink);
    close(netlink);
    if (length < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) || answer.header.nlmsg_type != NLMSG_ERROR) {
        errno = EPROTO;
        return -1;
    }
    int error = ((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
    if (error == 0) return 0;
    errno = -error;
    return -1;
}

static int make_veth(const char *name, const char *peer) {
    union {
        struct nlmsghdr header;
        char bytes[512];
    } request;
    struct ifinfomsg link;
    memset(&request, 0, sizeof request);
    memset(&link, 0, sizeof link);
    struct nlmsghdr *message = &request.header;
    message->nlmsg_len = NLMSG_LENGTH(sizeof link);
    message->nlmsg_type = RTM_NEWLINK;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
    append(message, IFLA_IFNAME, name, strlen(name) + 1);
    struct rtattr *info = append(message, IFLA_LINKINFO, NULL, 0);
    append(message, IFLA_INFO_KIND, "veth", 5);
    struct rtattr *data = append(message, IFLA_INFO_DATA, NULL, 0);
    // The other end is described as a link of its own: its header, then its attributes.
    struct rtattr *other = append(message, VETH_INFO_PEER, &link, sizeof link);
    append(message, IFLA_IFNAME, peer, strlen(peer) + 1);
    finish(message, other);
    finish(message, data);
    finish(message, info);
    return change(message);
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
    // Nobody at the other end would answer ARP.
    request.ifr_flags |= IFF_UP | IFF_NOARP;
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

// A way to this one address and to no other.
static int set_peer(int control, const char *name, const uint8_t *peer) {
    struct ifreq request;
    struct sockaddr_in *inside = (struct sockaddr_in *)&request.ifr_dstaddr;
    name_interface(&request, name);
    inside->sin_family = AF_INET;
    memcpy(&inside->sin_addr, peer, 4);
    return ioctl(control, SIOCSIFDSTADDR, &request);
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

int clinux_interface_configure(
    const char *name, int mtu, int family, const uint8_t *address, int prefix, const uint8_t *peer) {
    int control = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -1;
    int index = interface_index(control, name);
    int result = index < 0 ? -1 : 0;
    // An IPv4 route needs the interface up, and IPv6 takes no address before that.
    if (result == 0 && family == AF_INET) result = set_ipv4(control, name, address, prefix);
    if (result == 0 && peer) result = set_peer(control, name, peer);
    if (result == 0) result = bring_up(control, name, mtu);
    if (result == 0 && family == AF_INET && !peer) result = route_ipv4(control, name);
    if (result == 0 && family == AF_INET6) result = set_ipv6(control, (unsigned)index, address, prefix);
    if (result != 0) return close_with_errno(control);
    close(control);
    return 0;
}

int clinux_tap_open(const char *name) {
    // SOCK_DGRAM: without the link's header.
    int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
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

// A packet socket of the interface that takes frames of this protocol only; 0: none.
static int packet_socket(const char *name, int protocol) {
    int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_ll place;
    memset(&place, 0, sizeof place);
    place.sll_family = AF_PACKET;
    place.sll_protocol = __builtin_bswap16((uint16_t)protocol);
    place.sll_ifindex = interface_index(descriptor, name);
    if (place.sll_ifindex < 0 || bind(descriptor, (struct sockaddr *)&place, sizeof place) != 0) {
        return close_with_errno(descriptor);
    }
    return descriptor;
}

static int turn_off_checksum_offload(int control, const char *name) {
    struct ethtool_value value = {ETHTOOL_STXCSUM, 0};
    struct ifreq request;
    name_interface(&request, name);
    request.ifr_data = (void *)&value;
    return ioctl(control, SIOCETHTOOL, &request);
}

// Frames of this protocol are for experiments on one's own network (RFC 9542 3).
enum { experimental_protocol = 0x88b5 };

int clinux_veth_open(const char *name, const char *peer, struct clinux_veth *veth) {
    if (make_veth(name, peer) != 0) return -1;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -1;
    struct ifreq request;
    name_interface(&request, name);
    int result = ioctl(control, SIOCGIFHWADDR, &request);
    memcpy(veth->address, request.ifr_hwaddr.sa_data, sizeof veth->address);
    // Else the kernel would leave the sums to a network card that is not there.
    if (result == 0) result = turn_off_checksum_offload(control, name);
    if (result == 0) result = bring_up(control, peer, 1500);
    veth->peer_index = interface_index(control, peer);
    if (result != 0 || veth->peer_index < 0) return close_with_errno(control);
    close(control);
    veth->sender = packet_socket(peer, 0);
    if (veth->sender < 0) return -1;
    // Its queue takes nothing until a work queue has seen that there is a carrier.
    int on = 1;
    if (setsockopt(veth->sender, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0) {
        return close_with_errno(veth->sender);
    }
    veth->receipts = packet_socket(name, experimental_protocol);
    if (veth->receipts >= 0) return 0;
    return close_with_errno(veth->sender);
}

static ssize_t send_frame(const struct clinux_veth *veth, int protocol, const uint8_t *octets, size_t count) {
    struct sockaddr_ll place;
    memset(&place, 0, sizeof place);
    place.sll_family = AF_PACKET;
    place.sll_protocol = __builtin_bswap16((uint16_t)protocol);
    place.sll_ifindex = veth->peer_index;
    place.sll_halen = sizeof veth->address;
    memcpy(place.sll_addr, veth->address, sizeof veth->address);
    return sendto(veth->sender, octets, count, 0, (struct sockaddr *)&place, sizeof place);
}

int clinux_veth_write(const struct clinux_veth *veth, const uint8_t *octets, int64_t count) {
    uint8_t rest[64] = {0};
    while (recv(veth->receipts, rest, sizeof rest, 0) > 0) {}
    if (send_frame(veth, ETH_P_IP, octets, (size_t)count) != count) return -1;
    // A busy kernel puts frames off. They come in order: when this one has come, the one before it has been received.
    if (send_frame(veth, experimental_protocol, rest, sizeof rest) < 0) return -1;
    int count_ready;
    do {
        count_ready = clinux_wait(&veth->receipts, 1, 1000000000);
    } while (count_ready < 0 && errno == EINTR);
    if (count_ready == 0) errno = ETIMEDOUT;
    return count_ready > 0 ? 0 : -1;
}

int clinux_hurry(void) {
    struct sched_param least = {.sched_priority = 1};
    return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &least);
}

int clinux_wait(const int *descriptors, int count, int64_t nanoseconds) {
    struct pollfd places[4];
    for (int place = 0; place < count && place < 4; place++) {
        places[place] = (struct pollfd){descriptors[place], POLLIN, 0};
    }
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return ppoll(places, (nfds_t)(count < 4 ? count : 4), &time, NULL);
}

#endif
