#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t told = -1;

static void tell(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe holds a number already.
    ssize_t written = write(told, &byte, 1);
    (void)written;
    errno = saved;
}

void clinux_tell_of_signals(int descriptor) {
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    told = descriptor;
    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
        struct sigaction now;
        // nohup(1) and its like have said that a signal is to be ignored.
        if (sigaction(numbers[index], NULL, &now) != 0 || now.sa_handler != SIG_DFL) continue;
        struct sigaction wanted = {0};
        wanted.sa_handler = tell;
        wanted.sa_flags = SA_RESTART;
        sigemptyset(&wanted.sa_mask);
        sigaction(numbers[index], &wanted, NULL);
    }
}
