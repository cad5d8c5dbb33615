#define _GNU_SOURCE
#include "CLinux.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>

int clinux_unshare_network(void) { return unshare(CLONE_NEWNET); }

int clinux_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int clinux_loopback_up(void) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, "lo", 3);
    int result = ioctl(descriptor, SIOCGIFFLAGS, &request);
    if (result == 0) {
        request.ifr_flags |= IFF_UP;
        result = ioctl(descriptor, SIOCSIFFLAGS, &request);
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

int clinux_next_icmp_error(int descriptor, struct clinux_icmp_error *found) {
    union {
        char bytes[512];
        struct cmsghdr alignment;
    } control;
    char payload[64];
    struct iovec vector = {payload, sizeof payload};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    }
    memset(found, 0, sizeof *found);
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        int v4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
        int v6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
        if (!v4 && !v6) continue;
        if (part->cmsg_len < CMSG_LEN(sizeof(struct sock_extended_err))) continue;
        struct sock_extended_err error;
        memcpy(&error, CMSG_DATA(part), sizeof error);
        found->origin = error.ee_origin;
        found->type = error.ee_type;
        found->code = error.ee_code;
        found->error = (int32_t)error.ee_errno;
        // The sender's address follows the error at once (SO_EE_OFFENDER); its port means nothing.
        const unsigned char *offender = CMSG_DATA(part) + sizeof error;
        size_t rest = part->cmsg_len - CMSG_LEN(sizeof error);
        sa_family_t family = AF_UNSPEC;
        if (rest >= sizeof family) memcpy(&family, offender, sizeof family);
        if (family == AF_INET && rest >= sizeof(struct sockaddr_in)) {
            struct sockaddr_in address;
            memcpy(&address, offender, sizeof address);
            found->family = AF_INET;
            memcpy(found->sender, &address.sin_addr, 4);
        } else if (family == AF_INET6 && rest >= sizeof(struct sockaddr_in6)) {
            struct sockaddr_in6 address;
            memcpy(&address, offender, sizeof address);
            found->family = AF_INET6;
            memcpy(found->sender, &address.sin6_addr, 16);
        }
    }
    return 1;
}

#endif
