#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t told = -1;
// Signals that nobody has taken yet.
static volatile sig_atomic_t waiting = 0;
// The number that was taken; 0: none.
static volatile sig_atomic_t taken = 0;
// When the first came.
static _Atomic int64_t first = 0;

// Nanoseconds in which a second signal is the same wish: the kernel tells a child of its parent's death once for each thread that
// the parent had (PR_SET_PDEATHSIG).
static const int64_t same = 100000000;

static void tell(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    int64_t now = clinux_monotonic_time();
    if (first != 0 && now - first < same) return;
    // Whoever should take the first is held up, by output that nobody reads most likely: the second ends the process.
    if (waiting || number == taken) {
        signal(number, SIG_DFL);
        raise(number);
    }
    waiting = 1;
    first = now;
    // A full pipe holds a number already.
    ssize_t written = write(told, &byte, 1);
    (void)written;
    errno = saved;
}

void clinux_tell_of_signals(int descriptor, int even_ignored_interrupts) {
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    told = descriptor;
    // A parent that starts programs from a thread which takes no signals leaves them blocked for the program too.
    sigset_t heard;
    sigemptyset(&heard);
    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
        struct sigaction now;
        if (sigaction(numbers[index], NULL, &now) != 0) continue;
        // nohup(1) and its like have said that a signal is to be ignored; a shell's `&` says it of SIGINT to every program.
        int is_taken = now.sa_handler == SIG_IGN && numbers[index] == SIGINT && even_ignored_interrupts;
        if (now.sa_handler != SIG_DFL && !is_taken) continue;
        struct sigaction wanted = {0};
        wanted.sa_handler = tell;
        wanted.sa_flags = SA_RESTART;
        sigemptyset(&wanted.sa_mask);
        sigaction(numbers[index], &wanted, NULL);
        sigaddset(&heard, numbers[index]);
    }
    pthread_sigmask(SIG_UNBLOCK, &heard, NULL);
}

void clinux_take_signal(int number) {
    waiting = 0;
    taken = number;
}

void clinux_let_signal_end(int number) { signal(number, SIG_DFL); }
