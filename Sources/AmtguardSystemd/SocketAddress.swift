import Glibc
import SystemPackage

/// Calls `body` with the address of a socket of the local machine, in the form that the C functions take.
///
/// The corresponding C type is `sockaddr_un`.
/// - Parameter path: `/…`, or `@…` for the abstract namespace.
/// - Throws: `.fileNameTooLong` for a path that does not fit, or is not a path.
func withSocketAddress(
    _ path: String, _ body: (__CONST_SOCKADDR_ARG, socklen_t) throws(Errno) -> Void
) throws(Errno) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var text = Array(path.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard text.count > 1, text.count < capacity else { throw .fileNameTooLong }
    if text[0] == UInt8(ascii: "@") { text[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: text) }
    // The length ends an abstract name; a path also ends with its NUL.
    let length = socklen_t(MemoryLayout<sockaddr_un>.size - capacity + text.count)
    try unsafe withUnsafePointer(to: address) { (pointer) throws(Errno) in
        try unsafe body(__CONST_SOCKADDR_ARG(__sockaddr_un__: pointer), length)
    }
}
