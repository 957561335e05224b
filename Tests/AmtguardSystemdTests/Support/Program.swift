import Glibc
import SystemPackage

/// A program that ends at the latest with the object.
final class Program {
    let id: pid_t
    private let output: FileDescriptor
    private var hasEnded = false

    init(_ words: [String]) throws {
        let (reading, writing) = try FileDescriptor.pipe()
        output = reading
        defer { try? writing.close() }
        _ = fcntl(reading.rawValue, F_SETFD, FD_CLOEXEC)

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for target in [STDOUT_FILENO, STDERR_FILENO] {
            unsafe posix_spawn_file_actions_adddup2(&actions, writing.rawValue, target)
        }
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        // Test threads have all signals blocked. If the program inherited that, SIGTERM would have no effect.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let arguments = unsafe Self.strings(words)
        let environment = unsafe Self.strings(["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"])
        defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
        var id: pid_t = 0
        let result = unsafe posix_spawnp(&id, words[0], &actions, &attributes, arguments, environment)
        guard result == 0 else { throw Errno(rawValue: result) }
        self.id = id
    }

    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }

    var isRunning: Bool {
        if !hasEnded { hasEnded = waitpid(id, nil, WNOHANG) != 0 }
        return !hasEnded
    }

    func send(_ signal: CInt) {
        if isRunning { kill(id, signal) }
    }

    /// Waits for the end, and returns the output.
    func text() -> String {
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { unsafe (try? output.read(into: $0)) ?? 0 }
            guard count > 0 else { break }
            text += part.prefix(count)
        }
        if isRunning { waitpid(id, nil, 0) }
        hasEnded = true
        return String(decoding: text, as: UTF8.self)
    }

    func end() {
        guard isRunning else { return }
        kill(id, SIGKILL)
        waitpid(id, nil, 0)
        hasEnded = true
    }

    deinit {
        end()
        try? output.close()
    }
}
