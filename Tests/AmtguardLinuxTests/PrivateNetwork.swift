import AmtguardCore
import AmtguardLinux
import Foundation
import Glibc
import Testing

/// Whether these tests may create network namespaces, and why not.
let isRoot = geteuid() == 0
let needsRoot: Comment = "needs root: a network namespace of its own for each test"

/// Runs `body` on a separate thread, in a separate network namespace that ends with it.
///
/// `unshare` moves only the calling thread, and the tests share a pool of threads. `/proc/sys/net` shows the namespace
/// of the thread that opens it, and children inherit that of the thread that starts them.
func inPrivateNetwork<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    let before = try NetworkNamespace.identity()
    let thread = Thread {
        outcome.result = Result {
            guard unshare(CLONE_NEWNET) == 0 else { throw PrivateNetworkError.unshare(errno) }
            // A test must never write the machine's own list.
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

/// One thread writes it before it signals, and the other reads it after it waited.
private final class Outcome<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
    let done = DispatchSemaphore(value: 0)
}
