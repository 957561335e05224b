import Glibc
import Testing

/// A shell that runs beside the test.
struct Child {
    let pid: pid_t
    private let input: CInt
    private let output: CInt

    init(script: String) throws {
        var inputs: [CInt] = [0, 0]
        var outputs: [CInt] = [0, 0]
        guard unsafe pipe2(&inputs, O_CLOEXEC) == 0, unsafe pipe2(&outputs, O_CLOEXEC) == 0 else {
            throw PrivateNetworkError.spawn(errno)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, inputs[0], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, outputs[1], 1)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let words: [String] = ["sh", "-c", script]
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let error = unsafe posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, nil)
        guard error == 0 else { throw PrivateNetworkError.spawn(error) }
        close(inputs[0])
        close(outputs[1])
        self.pid = pid
        input = inputs[1]
        output = outputs[0]
    }

    /// Waits for a line on its standard output.
    func waitForLine() throws {
        var byte: UInt8 = 0
        guard unsafe read(output, &byte, 1) == 1 else { throw PrivateNetworkError.noResult }
    }

    /// Waits until it has ended, and leaves it as a zombie.
    func waitForEnd() {
        var information = unsafe siginfo_t()
        unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
    }

    /// Ends it by closing its input.
    func finish() {
        close(input)
        close(output)
        var status: CInt = 0
        unsafe waitpid(pid, &status, 0)
    }
}

func spawn(_ script: String) throws -> Child { try Child(script: script) }

/// Runs a shell command in the caller's network namespace and waits for it; returns its pid.
///
/// Not with Foundation's Process: it wakes itself over the loopback interface, which is down in a new namespace.
@discardableResult
func shell(_ script: String) throws -> pid_t {
    let child = try Child(script: script + " || echo failed")
    child.waitForEnd()
    defer { child.finish() }
    #expect(child.isSilent, "\(script)")
    return child.pid
}

extension Child {
    fileprivate var isSilent: Bool {
        var poller = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&poller, 1, 0) <= 0 || poller.revents & Int16(POLLIN) == 0
    }
}

/// Drops the capabilities of the calling thread: they belong to a thread, and `capset` changes no other.
func dropCapabilities() throws {
    // _LINUX_CAPABILITY_VERSION_3 and the calling thread; two times effective, permitted, inheritable.
    var header: [UInt32] = [0x2008_0522, 0]
    var data = [UInt32](repeating: 0, count: 6)
    guard unsafe capset(&header, &data) == 0 else { throw PrivateNetworkError.spawn(errno) }
}

/// glibc exports it without a declaration.
@_silgen_name("capset")
private func capset(_ header: UnsafeMutablePointer<UInt32>, _ data: UnsafeMutablePointer<UInt32>) -> CInt
