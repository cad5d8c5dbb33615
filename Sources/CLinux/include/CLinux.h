// What Swift's Glibc module does not carry of Linux: namespaces, ICMP errors of a socket, and whatever must run between
// fork and exec, where only async-signal-safe code may.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>

// Nanoseconds of CLOCK_REALTIME (since 1970) and of CLOCK_MONOTONIC. Here, because Swift sees `struct timespec` through
// whichever module it happens to load first.
int64_t clinux_real_time(void);
int64_t clinux_monotonic_time(void);

// From now on SIGTERM, SIGHUP and SIGINT, where they would end this process, write their number to `descriptor` instead: a
// handler, which a program run later does not inherit, as it would a signal that is ignored. SIGINT also where it is
// ignored, if so wished. The second signal that nobody has taken ends the process.
void clinux_tell_of_signals(int descriptor, int even_ignored_interrupts);

// A number was read and is being seen to: the same signal would end the process now.
void clinux_take_signal(int number);

// The signal ends the process as it would have in the first place.
void clinux_let_signal_end(int number);

// A byte of the stamp that installing writes into the program, 0 past its end.
uint8_t clinux_stamp(int32_t index);

#ifdef __linux__

// Gives the calling thread a network namespace of its own. 0, or -1 with errno.
int clinux_unshare_network(void);

// Moves the calling thread into the network namespace that `descriptor` names. 0, or -1 with errno.
int clinux_enter_network(int descriptor);

// Brings `lo` up in the calling thread's network namespace. 0, or -1 with errno.
int clinux_loopback_up(void);

// The step at which clinux_run_privately stopped.
enum clinux_step {
    CLINUX_STEP_NONE = 0,
    CLINUX_STEP_START = 1,
    CLINUX_STEP_UNSHARE = 2,
    CLINUX_STEP_USER_MAP = 3,
    CLINUX_STEP_LOOPBACK = 4,
    CLINUX_STEP_EXECUTE = 5,
};

struct clinux_outcome {
    // CLINUX_STEP_NONE if the program ran; else where it stopped, and `error` is the errno.
    int32_t step;
    int32_t error;
    // What waitpid said of the program that ran.
    int32_t status;
};

// Runs a program in a network namespace of its own (and a user namespace, where this process may not make a network
// namespace alone) with `lo` up, hands on SIGINT, SIGTERM, SIGHUP and SIGQUIT to it, and waits for its end. The program
// gets this process's environment and `marker` ("NAME=value") besides. Not for two threads at a time.
void clinux_run_privately(
    const char *path, char *const arguments[], const char *marker, struct clinux_outcome *outcome);

// Makes a TUN interface in the calling thread's network namespace, of its opened device node. It carries IP packets without a
// header before them and is gone when the descriptor is closed. `name` has IFNAMSIZ bytes and may hold a %d, in whose place the
// kernel puts a number. 0, or -1 with errno.
int clinux_tun_make(int descriptor, char *name);

// A pair of interfaces joined by a cable, one of which is this process's.
struct clinux_veth {
    int sender;
    // Where frames are seen that tell that those before them have been received.
    int receipts;
    int peer_index;
    // The other interface's MAC address.
    uint8_t address[6];
};

// Makes a pair in the calling thread's network namespace, with which it goes: `name` computes whole checksums, `peer` is the
// process's and is brought up. 0, or -1 with errno.
int clinux_veth_open(const char *name, const char *peer, struct clinux_veth *veth);

// Hands an IPv4 packet to the kernel, which has received it when this returns. 0, or -1 with errno.
int clinux_veth_write(const struct clinux_veth *veth, const uint8_t *octets, int64_t count);

// Gives an interface its MTU and an address (4 or 16 bytes, by family), and brings it up, with the default route; or, where
// `peer` is not NULL, with a route to that IPv4 address only. 0, or -1 with errno.
int clinux_interface_configure(
    const char *name, int mtu, int family, const uint8_t *address, int prefix, const uint8_t *peer);

// Opens a packet socket that sees what the interface sends, with the kernel's time stamps. -1 with errno.
int clinux_tap_open(const char *name);

// Takes the next packet that went out. Its length, 0 where there is none, -1 with errno. `real_time` is in nanoseconds of
// CLOCK_REALTIME, 0 where the kernel gave none.
int64_t clinux_tap_next(int descriptor, uint8_t *buffer, int64_t size, int64_t *real_time);

// Lets the calling thread run before all ordinary ones, where this process may ask for it. 0, or -1 with errno.
int clinux_hurry(void);

// Waits until one of at most four descriptors can be read, or the time is over. How many can, 0, or -1 with errno (EINTR).
int clinux_wait(const int *descriptors, int count, int64_t nanoseconds);

// What epoll(7) watches for, or tells.
struct clinux_epoll_entry {
    uint32_t events;
    uint64_t data;
};

// epoll_create1(2), epoll_ctl(2), and epoll_wait(2) for at most 64 entries. As those: -1 with errno.
int clinux_epoll_create(void);
int clinux_epoll_control(int descriptor, int operation, int watched, uint32_t events, uint64_t data);
int clinux_epoll_wait(int descriptor, struct clinux_epoll_entry *entries, int limit, int milliseconds);

// An ICMP or ICMPv6 error that came for a socket with IP_RECVERR.
struct clinux_icmp_error {
    // SO_EE_ORIGIN_LOCAL 1, SO_EE_ORIGIN_ICMP 2, SO_EE_ORIGIN_ICMP6 3.
    uint8_t origin;
    uint8_t type;
    uint8_t code;
    // AF_INET, AF_INET6 or 0; who sent the message.
    uint8_t family;
    int32_t error;
    uint8_t sender[16];
};

// Takes the oldest entry off a socket's error queue. 1 if there was one, 0 if not, -1 with errno.
int clinux_next_icmp_error(int descriptor, struct clinux_icmp_error *found);

#endif
#endif
