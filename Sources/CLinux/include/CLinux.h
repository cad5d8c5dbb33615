// What Swift's Glibc module does not carry of Linux: namespaces and the sock_diag structures.
#ifndef CLINUX_H
#define CLINUX_H
#endif
