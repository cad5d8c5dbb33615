// Holds the offsets that SocketDiagnostics.swift and TCPInfo.swift spell as numbers to the kernel's own headers.
#ifdef __linux__

#include <stddef.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#define HOLD(type, member, place) _Static_assert(offsetof(struct type, member) == place, #type "." #member)

_Static_assert(sizeof(struct nlmsghdr) == 16, "nlmsghdr");
_Static_assert(sizeof(struct inet_diag_req_v2) == 56, "inet_diag_req_v2");
_Static_assert(sizeof(struct inet_diag_msg) == 72, "inet_diag_msg");
_Static_assert(SOCK_DIAG_BY_FAMILY == 20 && NETLINK_SOCK_DIAG == 4, "sock_diag");
_Static_assert(INET_DIAG_INFO == 2 && INET_DIAG_CONG == 4 && INET_DIAG_SHUTDOWN == 8, "attributes");
_Static_assert(INET_DIAG_SKMEMINFO == 7 && INET_DIAG_SKV6ONLY == 11 && INET_DIAG_MARK == 15, "attributes");
_Static_assert(TCPDIAG_GETSOCK == 18 && INET_DIAG_REQ_BYTECODE == 1, "requests");
_Static_assert(sizeof(struct inet_diag_req) == 60 && sizeof(struct inet_diag_hostcond) == 8, "inet_diag_req");
_Static_assert(INET_DIAG_BC_JMP == 1 && INET_DIAG_BC_S_GE == 2 && INET_DIAG_BC_D_LE == 5, "bytecode");
_Static_assert(INET_DIAG_BC_AUTO == 6 && INET_DIAG_BC_S_COND == 7 && INET_DIAG_BC_D_COND == 8, "bytecode");
_Static_assert(INET_DIAG_BC_MARK_COND == 10, "bytecode");
HOLD(inet_diag_req_v2, idiag_states, 4);
HOLD(inet_diag_req_v2, id, 8);
HOLD(inet_diag_msg, id.idiag_src, 8);
HOLD(inet_diag_msg, id.idiag_dst, 24);
HOLD(inet_diag_msg, id.idiag_if, 40);
HOLD(inet_diag_msg, id.idiag_cookie, 44);
HOLD(inet_diag_msg, idiag_expires, 52);
HOLD(inet_diag_msg, idiag_inode, 68);
HOLD(tcp_info, tcpi_rto, 8);
HOLD(tcp_info, tcpi_snd_mss, 16);
HOLD(tcp_info, tcpi_unacked, 24);
HOLD(tcp_info, tcpi_last_data_sent, 44);
HOLD(tcp_info, tcpi_pmtu, 60);
HOLD(tcp_info, tcpi_rtt, 68);
HOLD(tcp_info, tcpi_snd_cwnd, 80);
HOLD(tcp_info, tcpi_total_retrans, 100);
HOLD(tcp_info, tcpi_bytes_acked, 120);
HOLD(tcp_info, tcpi_segs_out, 136);
HOLD(tcp_info, tcpi_rcv_rtt, 92);
HOLD(tcp_info, tcpi_pacing_rate, 104);
HOLD(tcp_info, tcpi_delivery_rate, 160);
HOLD(tcp_info, tcpi_busy_time, 168);
HOLD(tcp_info, tcpi_delivered, 192);
HOLD(tcp_info, tcpi_bytes_sent, 200);
HOLD(tcp_info, tcpi_dsack_dups, 216);

#endif
