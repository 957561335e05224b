import AmtguardCore
import AmtguardLinux
import Foundation
import Glibc
import Testing

/// Whether these tests may make network namespaces, and why not.
let isRoot = geteuid() == 0
let needsRoot: Comment = "needs root: a network namespace of its own for each test"

/// Runs `body` on a thread of its own, in a network namespace of its own that dies with it.
///
/// `unshare` moves the calling thread alone, and the tests share a pool of threads. What `/proc/sys/net` shows is the
/// namespace of the thread that opens it, and children inherit that of the thread that starts them.
func inPrivateNetwork<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    let before = try NetworkNamespace.identity()
    let thread = Thread {
        outcome.result = Result {
            guard unshare(CLONE_NEWNET) == 0 else { throw PrivateNetworkError.unshare(errno) }
            // The machine's own list must never be written by a test.
            guard try NetworkNamespace.identity() != before else { throw PrivateNetworkError.stillTheHosts }
            var list = try ReservedPortsList()
            guard try list.read().isEmpty else { throw PrivateNetworkError.notEmpty }
            return try body()
        }
        outcome.done.signal()
    }
    thread.stackSize = 4 << 20
    thread.start()
    outcome.done.wait()
    guard let result = outcome.result else { throw PrivateNetworkError.noResult }
    return try result.get()
}

enum PrivateNetworkError: Error {
    case unshare(CInt), spawn(CInt), stillTheHosts, notEmpty, noResult
}

/// Written by one thread before it signals, read by the other after it waited.
private final class Outcome<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
    let done = DispatchSemaphore(value: 0)
}

/// Runs a shell command in the caller's network namespace and waits for it; its pid.
///
/// Not with Foundation's Process: it wakes itself over the loopback interface, which is down in a new namespace.
@discardableResult
func shell(_ script: String) throws -> pid_t {
    let words: [String] = ["sh", "-c", script]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { for unsafe argument in unsafe arguments { unsafe free(argument) } }
    var pid: pid_t = 0
    let error = unsafe posix_spawn(&pid, "/bin/sh", nil, nil, &arguments, nil)
    guard error == 0 else { throw PrivateNetworkError.spawn(error) }
    var status: CInt = 0
    guard unsafe waitpid(pid, &status, 0) == pid else { throw PrivateNetworkError.spawn(errno) }
    #expect(status == 0, "\(script)")
    return pid
}
