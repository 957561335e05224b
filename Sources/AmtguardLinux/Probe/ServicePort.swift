import Glibc

/// The TCP port of a service by its name, as in /etc/services: 22 for `ssh`; `nil` for an unknown name.
///
/// The corresponding C function is `getservbyname`.
public func servicePort(_ name: String) -> UInt16? {
    guard let entry = unsafe getservbyname(name, "tcp") else { return nil }
    return unsafe UInt16(truncatingIfNeeded: entry.pointee.s_port).byteSwapped
}
