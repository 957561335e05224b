import Glibc
public import SystemPackage

/// A pollable descriptor of a MEI device's state: it gets a priority event when the driver changes the state.
///
/// It only means *look again*. See `dev_state` in the kernel's Documentation/ABI/testing/sysfs-class-mei.
public struct DeviceStateWatch: ~Copyable {
    /// The device, for example `mei0`.
    public let device: String
    private let attribute: Descriptor

    /// Opens the state of `device`. The corresponding C function is `open`.
    ///
    /// - Throws: `noSuchFileOrDirectory` before Linux 5.1, and if the device does not exist.
    public init(of device: String, in root: borrowing RootDirectory) throws(Errno) {
        let path = FilePath("/sys/class/mei").appending(device).appending("dev_state")
        let opened = try root.open(path, flags: O_RDONLY | O_NONBLOCK)
        try Self.read(opened)
        attribute = opened
        self.device = device
    }

    /// The descriptor that gets the event; it stays valid as long as this value lives.
    public var descriptor: FileDescriptor { attribute.fileDescriptor }

    /// Reads the state. Without this the next change causes no event. The corresponding C function is `pread`.
    ///
    /// - Throws: `noSuchDevice` if the device disappeared: then there are no more events, or endless ones.
    public borrowing func rearm() throws(Errno) {
        try Self.read(attribute)
    }

    private static func read(_ attribute: borrowing Descriptor) throws(Errno) {
        var state = [UInt8](repeating: 0, count: 64)
        let number = attribute.number
        try valueOrErrno { unsafe pread(number, &state, state.count, 0) }
    }
}
