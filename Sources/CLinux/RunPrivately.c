#define _GNU_SOURCE
#include "CLinux.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static const int handed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { handed_on_count = sizeof handed_on / sizeof handed_on[0] };

static volatile sig_atomic_t running_child;

static void hand_on(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    int error = errno;
    // What the terminal sends (SI_KERNEL) goes to the whole foreground group, so the child has it already; a second copy
    // would read as Ctrl-C pressed twice.
    if (running_child > 0 && info && info->si_code != SI_KERNEL) kill((pid_t)running_child, signal_number);
    errno = error;
}

static int write_file(const char *path, const char *text) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    ssize_t length = (ssize_t)strlen(text);
    ssize_t written = write(descriptor, text, (size_t)length);
    int error = written < 0 ? errno : EIO;
    close(descriptor);
    if (written == length) return 0;
    errno = error;
    return -1;
}

static int enter_user_namespace(const char *user_map, const char *group_map, int32_t *step) {
    *step = CLINUX_STEP_UNSHARE;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return -1;
    *step = CLINUX_STEP_USER_MAP;
    // A program with file capabilities is not dumpable, and then the files below belong to the real root.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    // Kernels before 3.19 have no setgroups file and need none.
    if (write_file("/proc/self/setgroups", "deny") != 0 && errno != ENOENT) return -1;
    if (write_file("/proc/self/uid_map", user_map) != 0) return -1;
    return write_file("/proc/self/gid_map", group_map);
}

// Runs in the forked child of a process with threads: async-signal-safe calls only.
static int32_t prepare_child(const char *user_map, const char *group_map) {
    int32_t step = CLINUX_STEP_UNSHARE;
    // Real root needs no user namespace; a container's root may lack CAP_SYS_ADMIN and then does.
    int alone = geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
    if (!alone && enter_user_namespace(user_map, group_map, &step) != 0) return step;
    if (clinux_loopback_up() != 0) return CLINUX_STEP_LOOPBACK;
    return CLINUX_STEP_NONE;
}

static void run_child(
    const char *path, char *const arguments[], char *const environment[], const char *user_map, const char *group_map,
    const sigset_t *mask, pid_t parent, int report) {
    int32_t failure[2];
    failure[0] = prepare_child(user_map, group_map);
    if (failure[0] == CLINUX_STEP_NONE) {
        prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
        if (getppid() != parent) _exit(127);
        for (int index = 0; index < handed_on_count; index++) {
            struct sigaction action;
            if (sigaction(handed_on[index], NULL, &action) == 0 && (action.sa_flags & SA_SIGINFO)) {
                signal(handed_on[index], SIG_DFL);
            }
        }
        sigprocmask(SIG_SETMASK, mask, NULL);
        execve(path, arguments, environment);
        failure[0] = CLINUX_STEP_EXECUTE;
    }
    failure[1] = errno;
    ssize_t ignored = write(report, failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

static void wait_for(pid_t child, int report, struct clinux_outcome *outcome) {
    int32_t failure[2] = {0, 0};
    ssize_t count;
    do count = read(report, failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (count == sizeof failure) {
        outcome->step = failure[0];
        outcome->error = failure[1];
    }
    outcome->status = status;
}

static char **environment_with(const char *marker) {
    size_t count = 0;
    while (environ[count]) count++;
    char **copy = calloc(count + 2, sizeof *copy);
    if (!copy) return NULL;
    // First, so that it wins over one of the same name.
    copy[0] = (char *)(uintptr_t)marker;
    memcpy(copy + 1, environ, count * sizeof *copy);
    return copy;
}

static void run_and_wait(
    const char *path, char *const arguments[], char *const environment[], int report[2], struct clinux_outcome *outcome) {
    char user_map[48], group_map[48];
    snprintf(user_map, sizeof user_map, "0 %ld 1", (long)geteuid());
    snprintf(group_map, sizeof group_map, "0 %ld 1", (long)getegid());
    sigset_t all, mask;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    struct sigaction forward, before[handed_on_count];
    memset(&forward, 0, sizeof forward);
    forward.sa_sigaction = hand_on;
    forward.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&forward.sa_mask);
    for (int index = 0; index < handed_on_count; index++) {
        sigaction(handed_on[index], NULL, &before[index]);
        // Who started us ignoring a signal (nohup, a shell's background job) wants the child to ignore it too.
        if (before[index].sa_handler != SIG_IGN) sigaction(handed_on[index], &forward, NULL);
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        close(report[0]);
        run_child(path, arguments, environment, user_map, group_map, &mask, parent, report[1]);
    }
    int fork_error = errno;
    running_child = child;
    close(report[1]);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (child < 0) {
        outcome->error = fork_error;
    } else {
        outcome->step = CLINUX_STEP_NONE;
        wait_for(child, report[0], outcome);
    }
    running_child = 0;
    close(report[0]);
    for (int index = 0; index < handed_on_count; index++) sigaction(handed_on[index], &before[index], NULL);
}

void clinux_run_privately(
    const char *path, char *const arguments[], const char *marker, struct clinux_outcome *outcome) {
    memset(outcome, 0, sizeof *outcome);
    outcome->step = CLINUX_STEP_START;
    int report[2];
    char **environment = environment_with(marker);
    if (environment && pipe2(report, O_CLOEXEC) == 0) {
        run_and_wait(path, arguments, environment, report, outcome);
    } else {
        outcome->error = errno;
    }
    free(environment);
}

#endif
