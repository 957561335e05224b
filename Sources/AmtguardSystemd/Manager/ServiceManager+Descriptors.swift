import CSystemd
import Glibc
public import SystemPackage

/// Descriptors that the service manager hands over at the start, and descriptors that it stores for the next start.
extension ServiceManager {
    /// The descriptors from the service manager: sockets of a `.socket` unit, and stored ones.
    ///
    /// Each is closed on exec, and the caller must close it. The environment is cleared: a second call returns nothing.
    /// The corresponding C function is `sd_listen_fds_with_names`.
    public static func receivedDescriptors() -> [(name: String, descriptor: FileDescriptor)] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(1, &names)
        defer { unsafe free(names) }

        return (0..<max(count, 0)).map { index in
            let text = unsafe names?[Int(index)]
            defer { unsafe free(text) }
            return unsafe (string(text) ?? "unknown", FileDescriptor(rawValue: SD_LISTEN_FDS_START + index))
        }
    }

    /// Stores copies of descriptors with the service manager, which hands them over at the next start.
    ///
    /// Each call *adds* to what is stored under the name. The unit needs `FileDescriptorStoreMax=`.
    /// The corresponding C function is `sd_pid_notify_with_fds`.
    /// - Parameters:
    ///   - name: at most 255 ASCII characters, neither control characters nor a colon.
    ///   - poll: whether the manager drops a descriptor that hangs up. A bound TCP socket that does not listen does so
    ///     at once: store it with false.
    ///   - process: the claimed sender's pid, 0 for our own; the kernel lets only a privileged process choose.
    /// - Returns: whether the manager accepted all of them.
    @discardableResult
    public static func store(
        _ descriptors: [FileDescriptor], name: String, poll: Bool = true, onBehalfOf process: CInt = 0
    ) -> Bool {
        let text = message(["FDSTORE=1", "FDNAME=\(name)"] + (poll ? [] : ["FDPOLL=0"]))
        // The kernel takes 253 in one message (SCM_MAX_FD).
        for start in stride(from: 0, to: descriptors.count, by: 253) {
            let part = descriptors[start..<min(start + 253, descriptors.count)].map(\.rawValue)
            guard isListening else { return false }
            guard unsafe sd_pid_notify_with_fds(process, 0, text, part, CUnsignedInt(part.count)) > 0 else {
                return false
            }
        }
        return true
    }

    /// Makes the service manager close what it stores under a name.
    @discardableResult
    public static func removeFromStore(name: String) -> Bool {
        notify(["FDSTOREREMOVE=1", "FDNAME=\(name)"])
    }

    /// **Blocks** until the service manager has processed everything sent before; not for the loop's thread.
    ///
    /// A process that stores descriptors and ends needs it, because the manager asks the kernel for the sender. The
    /// corresponding C function is `sd_notify_barrier`.
    /// - Returns: whether the manager answered within `timeout`.
    @discardableResult
    public static func barrier(timeout: Duration) -> Bool {
        guard isListening else { return false }
        return sd_notify_barrier(0, timeout.microseconds) > 0
    }

    /// libsystemd sends the descriptors, and blocks while the manager's queue is full: so check first.
    private static var isListening: Bool {
        guard let socket = environment("NOTIFY_SOCKET") else { return false }
        return (try? DatagramSocket.isWritable(socket)) ?? false
    }
}
