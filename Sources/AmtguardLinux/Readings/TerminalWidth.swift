import CLinux
public import SystemPackage

/// How many columns the terminal has; `nil` if the descriptor is not a terminal.
///
/// The corresponding C function is `ioctl` with `TIOCGWINSZ`.
public func terminalWidth(of descriptor: FileDescriptor) -> Int? {
    let columns = shim_columns(descriptor.rawValue)
    return columns < 0 ? nil : Int(columns)
}
