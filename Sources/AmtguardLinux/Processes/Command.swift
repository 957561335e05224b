import CLinux
import Glibc
public import SystemPackage

/// A command that runs beside this program, with its standard streams, environment and working directory.
///
/// It inherits no other descriptor, since all close at `exec`, and no blocked signal.
public struct Command {
    private let pid: pid_t
    private var ended: CInt?

    /// Starts the command that the first argument names: a path, or a name in PATH.
    ///
    /// The corresponding C function is `posix_spawnp`.
    /// - Throws: `noSuchFileOrDirectory`, `permissionDenied` and the like, if it can't be started.
    public init(starting arguments: [String]) throws(Errno) {
        try self.init(starting: arguments, output: nil)
    }

    /// Starts it with another output.
    ///
    /// - Parameter output: Where its standard output and standard error go, while its standard input is empty; `nil` for
    ///   the streams of this program.
    init(starting arguments: [String], output: CInt?) throws(Errno) {
        precondition(!arguments.isEmpty, "a command without a name")
        // If SIGCHLD was inherited as ignored, the end of the child would not be reported.
        _ = signal(SIGCHLD, SIG_DFL)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // A daemon ignores this signal, and `exec` would pass that on.
        var ignored = sigset_t()
        unsafe sigemptyset(&ignored)
        unsafe sigaddset(&ignored, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &ignored)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let output {
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        }
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let error = unsafe posix_spawnp(&pid, arguments[0], &actions, &attributes, &words, shim_environ())
        guard error == 0 else { throw Errno(rawValue: error) }
        self.pid = pid
    }

    /// Kills it; does nothing if it has ended. The corresponding C function is `kill` with SIGKILL.
    func kill() {
        if ended == nil { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// Its status, as in a shell: the exit status, or 128 plus the signal that ended it; `nil` while it runs.
    ///
    /// The corresponding C function is `waitpid` with WNOHANG.
    public mutating func status() -> CInt? {
        var status: CInt = 0
        if ended == nil, unsafe waitpid(pid, &status, WNOHANG) == pid {
            let signal = status & 0x7F
            ended = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
        return ended
    }
}
