# Faults.pm: how each system call may fail. The first line that fits a call, as `strace -y` prints it, names the error,
# which the kernel really returns there. `-` stands for calls that can't fail, and for those whose failure strace can't
# simulate: strace omits the call, and an omitted close leaves a descriptor without an owner.
package Faults;
use strict;
use warnings;

my @table = map { my ($pattern, $error) = split; [qr/^(?:$pattern)/, $error] } grep { /\S/ } split /\n/, <<'TABLE';
    pwrite64\(\d+</proc/                                EIO
    pread64\(\d+</proc/                                 ENOMEM
    read\(\d+<anon_inode:                              EAGAIN
    pwrite64|writev?|ftruncate|mkdirat|rename\w*        ENOSPC
    pread64|readv?|getdents64|readlink\w*               EIO
    unlink\w*|fchmod\w*|ioctl|f?statfs                  EIO
    fstat|newfstatat|statx|access|faccessat\w*          ENOMEM
    openat.*"/run/t/\d+/root",.*O_PATH|openat2\(\S+,."/",  -
    open|openat2?|dup3?|pipe2|pidfd_\w+                 EMFILE
    fcntl\(.*F_OFD_                                     ENOLCK
    fcntl\(.*F_DUPFD                                    EMFILE
    socket|socketpair|accept4?                          EMFILE
    connect                                             EAGAIN
    bind                                                EADDRINUSE
    (send|recv)\w+|[gs]etsockopt|get(sock|peer)name     ENOBUFS
    epoll_create1|timerfd_create|signalfd4|eventfd2     EMFILE
    epoll_ctl|inotify_add_watch|fanotify_mark           ENOSPC
    inotify_init1|fanotify_init|memfd_create            EMFILE
    timerfd_settime                                     ECANCELED
    wait4\(.*WNOHANG                                    -
    epoll_p?wait\w*|p?poll|clock_nanosleep|wait4|waitid EINTR
    mmap|brk|mremap|mprotect|munmap|madvise             ENOMEM
    name_to_handle_at                                   EOPNOTSUPP
    getrandom                                           EAGAIN
    .*                                                  -
TABLE

sub error {  # CALL: the error that it gets, or none
    my ($call) = @_;
    for (@table) { return $_->[1] eq '-' ? undef : $_->[1] if $call =~ $_->[0] }
}

# Without these the loop can't run, or there is no memory. A guard that ends because of this reports it in a line, and the
# service manager starts the next one.
my $ends = qr/^(?:epoll_\w+|timerfd_\w+|signalfd4|eventfd2)$/;
my $breaks = qr/^(?:mmap|brk|mremap|mprotect|munmap)$/;

sub may_end { $_[0] =~ $ends || $_[0] =~ $breaks }  # SYSCALL
sub may_break { $_[0] =~ $breaks }

1;
