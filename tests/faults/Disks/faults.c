/*
 * Preloaded into a process: the calls that make its data durable can fail, be slow, or be the last thing it does.
 *
 * QUARRY_FAULT="CALL PATTERN NTH ACTION"
 *   CALL     write | sync | link | unlink | allocate
 *   PATTERN  of fnmatch(3), against the path of the file; of link, the new name
 *   NTH      which of the calls that match, from 1
 *   ACTION   kill-before | kill-after | stop-before | stop-after | errno=N | slow=MS (this call and all after it)
 *
 * Says "fault: ..." on stderr when it acts. A file whose sync failed must not be written or synced again: when that
 * happens it says "again: ...".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char fault_call[16], fault_pattern[256], fault_action[32], failed_path[PATH_MAX];
static long fault_nth, fault_count;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void read_fault(void)
{
    const char *text = getenv("QUARRY_FAULT");
    if (text && sscanf(text, "%15s %255s %ld %31s", fault_call, fault_pattern, &fault_nth, fault_action) != 4) {
        fprintf(stderr, "QUARRY_FAULT '%s' is not CALL PATTERN NTH ACTION\n", text);
        _exit(64);
    }
}

static void say(const char *what, const char *call, const char *path)
{
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s: %s %s\n", what, call, path);
    if (syscall(SYS_write, STDERR_FILENO, line, length) < 0)
        abort();
}

static const char *path_of(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return path;
}

static int is_action(const char *action) { return strcmp(fault_action, action) == 0; }

static void slow(void)
{
    long ms = atol(fault_action + 5);
    struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&wait, NULL);
}

/* Is this the call at which to act? What comes before the call is done here. */
static int begins(const char *call, const char *path)
{
    if (!*fault_call)
        return 0;
    pthread_mutex_lock(&gate);
    if (*failed_path && (!strcmp(call, "write") || !strcmp(call, "sync")) && !strcmp(failed_path, path))
        say("again", call, path);
    int is_match = !strcmp(call, fault_call) && !fnmatch(fault_pattern, path, 0);
    long count = is_match ? ++fault_count : 0;
    int is_it = is_match && count == fault_nth;
    int is_slow = is_match && count >= fault_nth && !strncmp(fault_action, "slow=", 5);
    if (is_it && !strncmp(fault_action, "errno=", 6) && !strcmp(call, "sync"))
        strcpy(failed_path, path);
    pthread_mutex_unlock(&gate);
    if (is_it)
        say("fault", call, path);
    if (is_it && is_action("kill-before"))
        kill(getpid(), SIGKILL);
    if (is_it && is_action("stop-before"))
        kill(getpid(), SIGSTOP);
    if (is_slow)
        slow();
    return is_it;
}

static int fails(int is_it) { return is_it && !strncmp(fault_action, "errno=", 6) ? atoi(fault_action + 6) : 0; }

static long ends(int is_it, long result)
{
    int error = errno;
    if (is_it && is_action("kill-after"))
        kill(getpid(), SIGKILL);
    if (is_it && is_action("stop-after"))
        kill(getpid(), SIGSTOP);
    errno = error;
    return result;
}

#define ACT(call, path, real)                                                                                          \
    int is_it = begins(call, path);                                                                                    \
    if (fails(is_it)) {                                                                                                \
        errno = fails(is_it);                                                                                          \
        return -1;                                                                                                     \
    }                                                                                                                  \
    return ends(is_it, real)

static int fault_fsync(int fd) { char path[PATH_MAX]; ACT("sync", path_of(fd, path), syscall(SYS_fsync, fd)); }

static int fault_fdatasync(int fd) { char path[PATH_MAX]; ACT("sync", path_of(fd, path), syscall(SYS_fdatasync, fd)); }

static int fault_link(const char *from, const char *to)
{
    ACT("link", to, syscall(SYS_linkat, -100, from, -100, to, 0));
}

static int fault_unlink(const char *path) { ACT("unlink", path, syscall(SYS_unlinkat, -100, path, 0)); }

static ssize_t fault_pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
    char path[PATH_MAX];
    ACT("write", path_of(fd, path), syscall(SYS_pwrite64, fd, bytes, count, offset));
}

/* This one answers with the error. */
static int fault_allocate(int fd, off_t offset, off_t length)
{
    char path[PATH_MAX];
    int is_it = begins("allocate", path_of(fd, path));
    if (fails(is_it))
        return fails(is_it);
    return (int)ends(is_it, syscall(SYS_fallocate, fd, 0, offset, length) == 0 ? 0 : errno);
}

int fsync(int fd) { return fault_fsync(fd); }
int fdatasync(int fd) { return fault_fdatasync(fd); }
int link(const char *from, const char *to) { return fault_link(from, to); }
int unlink(const char *path) { return fault_unlink(path); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) { return fault_pwrite(fd, b, n, at); }
ssize_t pwrite64(int fd, const void *b, size_t n, off_t at) { return fault_pwrite(fd, b, n, at); }
int posix_fallocate(int fd, off_t at, off_t n) { return fault_allocate(fd, at, n); }

/* A name looked up in libc itself, as a P/Invoke does, would pass by what is preloaded. */
void *dlsym(void *library, const char *name)
{
    static void *(*real)(void *, const char *);
    static const char *const versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5" };
    for (int n = 0; !real && n < 3; n++)
        real = dlvsym(RTLD_NEXT, "dlsym", versions[n]);
    static const struct { const char *name; void *ours; } calls[] = {
        { "fsync", fsync }, { "fdatasync", fdatasync }, { "link", link }, { "unlink", unlink },
        { "pwrite", pwrite }, { "pwrite64", pwrite64 }, { "posix_fallocate", posix_fallocate },
    };
    for (size_t n = 0; n < sizeof calls / sizeof *calls; n++)
        if (!strcmp(name, calls[n].name))
            return calls[n].ours;
    return real(library, name);
}
