import CLinux
import Glibc
public import SystemPackage

/// How many columns the terminal has; `nil` if the descriptor is not a terminal.
///
/// The corresponding C function is `ioctl` with `TIOCGWINSZ`.
public func terminalWidth(of descriptor: FileDescriptor) -> Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
    return Int(size.ws_col)
}
