// Holds what SocketDiagnostics.swift, SocketExpression+Bytecode.swift, SocketEntry.swift and TCPInfo.swift spell as numbers to the
// kernel's own headers.
#ifdef __linux__

#include <stddef.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#define IS(name, number) _Static_assert(name == number, #name)
#define HOLD(type, member, place) _Static_assert(offsetof(struct type, member) == place, #type "." #member)

// Requests.
IS(NETLINK_SOCK_DIAG, 4);
IS(SOCK_DIAG_BY_FAMILY, 20);
IS(TCPDIAG_GETSOCK, 18);
IS(SOCK_DESTROY, 21);
IS(NLM_F_REQUEST, 1);
IS(NLM_F_ACK, 4);
IS(NLM_F_DUMP, 0x300);
IS(AF_INET, 2);
IS(AF_INET6, 10);
IS(INET_DIAG_NOCOOKIE, ~0U);
IS(INET_DIAG_REQ_BYTECODE, 1);
IS(sizeof(struct nlmsghdr), 16);
IS(sizeof(struct inet_diag_req_v2), 56);
HOLD(inet_diag_req_v2, sdiag_family, 0);
HOLD(inet_diag_req_v2, sdiag_protocol, 1);
HOLD(inet_diag_req_v2, idiag_ext, 2);
HOLD(inet_diag_req_v2, idiag_states, 4);
HOLD(inet_diag_req_v2, id, 8);
IS(sizeof(struct inet_diag_req), 60);
HOLD(inet_diag_req, idiag_family, 0);
HOLD(inet_diag_req, idiag_ext, 3);
HOLD(inet_diag_req, id, 4);
HOLD(inet_diag_req, idiag_states, 52);
HOLD(inet_diag_req, idiag_dbs, 56);

// The filter's instructions.
IS(sizeof(struct inet_diag_bc_op), 4);
IS(sizeof(struct inet_diag_hostcond), 8);
IS(INET_DIAG_BC_JMP, 1);
IS(INET_DIAG_BC_S_GE, 2);
IS(INET_DIAG_BC_S_LE, 3);
IS(INET_DIAG_BC_D_GE, 4);
IS(INET_DIAG_BC_D_LE, 5);
IS(INET_DIAG_BC_AUTO, 6);
IS(INET_DIAG_BC_S_COND, 7);
IS(INET_DIAG_BC_D_COND, 8);
IS(INET_DIAG_BC_MARK_COND, 10);
IS(INET_DIAG_BC_CGROUP_COND, 13);

// Answers.
IS(INET_DIAG_INFO, 2);
IS(INET_DIAG_CONG, 4);
IS(INET_DIAG_SKMEMINFO, 7);
IS(INET_DIAG_SHUTDOWN, 8);
IS(INET_DIAG_SKV6ONLY, 11);
IS(INET_DIAG_MARK, 15);
IS(INET_DIAG_CGROUP_ID, 21);
IS(sizeof(struct inet_diag_msg), 72);
HOLD(inet_diag_msg, idiag_family, 0);
HOLD(inet_diag_msg, idiag_state, 1);
HOLD(inet_diag_msg, idiag_timer, 2);
HOLD(inet_diag_msg, idiag_retrans, 3);
HOLD(inet_diag_msg, id.idiag_sport, 4);
HOLD(inet_diag_msg, id.idiag_dport, 6);
HOLD(inet_diag_msg, id.idiag_src, 8);
HOLD(inet_diag_msg, id.idiag_dst, 24);
HOLD(inet_diag_msg, id.idiag_if, 40);
HOLD(inet_diag_msg, id.idiag_cookie, 44);
HOLD(inet_diag_msg, idiag_expires, 52);
HOLD(inet_diag_msg, idiag_rqueue, 56);
HOLD(inet_diag_msg, idiag_wqueue, 60);
HOLD(inet_diag_msg, idiag_uid, 64);
HOLD(inet_diag_msg, idiag_inode, 68);
IS(SK_MEMINFO_RMEM_ALLOC, 0);
IS(SK_MEMINFO_RCVBUF, 1);
IS(SK_MEMINFO_WMEM_ALLOC, 2);
IS(SK_MEMINFO_SNDBUF, 3);
IS(SK_MEMINFO_FWD_ALLOC, 4);
IS(SK_MEMINFO_WMEM_QUEUED, 5);
IS(SK_MEMINFO_OPTMEM, 6);
IS(SK_MEMINFO_BACKLOG, 7);
IS(SK_MEMINFO_DROPS, 8);

// Measures; the bit fields lie between the sixth octet and the eighth.
HOLD(tcp_info, tcpi_state, 0);
HOLD(tcp_info, tcpi_ca_state, 1);
HOLD(tcp_info, tcpi_retransmits, 2);
HOLD(tcp_info, tcpi_probes, 3);
HOLD(tcp_info, tcpi_backoff, 4);
HOLD(tcp_info, tcpi_options, 5);
HOLD(tcp_info, tcpi_rto, 8);
HOLD(tcp_info, tcpi_ato, 12);
HOLD(tcp_info, tcpi_snd_mss, 16);
HOLD(tcp_info, tcpi_rcv_mss, 20);
HOLD(tcp_info, tcpi_unacked, 24);
HOLD(tcp_info, tcpi_sacked, 28);
HOLD(tcp_info, tcpi_lost, 32);
HOLD(tcp_info, tcpi_retrans, 36);
HOLD(tcp_info, tcpi_last_data_sent, 44);
HOLD(tcp_info, tcpi_last_data_recv, 52);
HOLD(tcp_info, tcpi_last_ack_recv, 56);
HOLD(tcp_info, tcpi_pmtu, 60);
HOLD(tcp_info, tcpi_rcv_ssthresh, 64);
HOLD(tcp_info, tcpi_rtt, 68);
HOLD(tcp_info, tcpi_rttvar, 72);
HOLD(tcp_info, tcpi_snd_ssthresh, 76);
HOLD(tcp_info, tcpi_snd_cwnd, 80);
HOLD(tcp_info, tcpi_advmss, 84);
HOLD(tcp_info, tcpi_reordering, 88);
HOLD(tcp_info, tcpi_rcv_rtt, 92);
HOLD(tcp_info, tcpi_rcv_space, 96);
HOLD(tcp_info, tcpi_total_retrans, 100);
HOLD(tcp_info, tcpi_pacing_rate, 104);
HOLD(tcp_info, tcpi_max_pacing_rate, 112);
HOLD(tcp_info, tcpi_bytes_acked, 120);
HOLD(tcp_info, tcpi_bytes_received, 128);
HOLD(tcp_info, tcpi_segs_out, 136);
HOLD(tcp_info, tcpi_segs_in, 140);
HOLD(tcp_info, tcpi_notsent_bytes, 144);
HOLD(tcp_info, tcpi_min_rtt, 148);
HOLD(tcp_info, tcpi_data_segs_in, 152);
HOLD(tcp_info, tcpi_data_segs_out, 156);
HOLD(tcp_info, tcpi_delivery_rate, 160);
HOLD(tcp_info, tcpi_busy_time, 168);
HOLD(tcp_info, tcpi_rwnd_limited, 176);
HOLD(tcp_info, tcpi_sndbuf_limited, 184);
HOLD(tcp_info, tcpi_delivered, 192);
HOLD(tcp_info, tcpi_bytes_sent, 200);
HOLD(tcp_info, tcpi_bytes_retrans, 208);
HOLD(tcp_info, tcpi_dsack_dups, 216);
HOLD(tcp_info, tcpi_reord_seen, 220);
HOLD(tcp_info, tcpi_rcv_ooopack, 224);
HOLD(tcp_info, tcpi_snd_wnd, 228);

#endif
