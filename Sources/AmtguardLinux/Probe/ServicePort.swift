import Glibc

/// The TCP port of a service by its name, as /etc/services has it: 22 for `ssh`; `nil` if none has this name.
///
/// The corresponding C function is `getservbyname`.
public func servicePort(_ name: String) -> UInt16? {
    guard let entry = unsafe getservbyname(name, "tcp") else { return nil }
    return unsafe UInt16(truncatingIfNeeded: entry.pointee.s_port).byteSwapped
}
