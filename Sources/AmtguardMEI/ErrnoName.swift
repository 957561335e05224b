import AmtguardCore
import SystemPackage

extension Errno {
    /// `ENOTTY`; the number if the MEI driver does not use the errno.
    var name: String { Self.names.first { $0.0 == self }?.1 ?? "\(rawValue)" }

    /// The errno of a name, or of a number from 1 to 4095.
    init?(name: String) {
        if let known = Self.names.first(where: { $0.1 == name })?.0 {
            self = known
        } else if let number = decimal(name.utf8, atMost: 4), (1...4_095).contains(number) {
            self.init(rawValue: CInt(number))
        } else {
            return nil
        }
    }

    /// The errnos that drivers/misc/mei uses.
    private static let names: [(Errno, String)] = [
        (.notPermitted, "EPERM"), (.noSuchFileOrDirectory, "ENOENT"), (.interrupted, "EINTR"), (.ioError, "EIO"),
        (.noSuchAddressOrDevice, "ENXIO"), (.resourceTemporarilyUnavailable, "EAGAIN"), (.noMemory, "ENOMEM"),
        (.permissionDenied, "EACCES"), (.badAddress, "EFAULT"), (.resourceBusy, "EBUSY"),
        (.operationNotSupportedByDevice, "ENODEV"),
        (.invalidArgument, "EINVAL"), (.tooManyOpenFiles, "EMFILE"), (.inappropriateIOCTLForDevice, "ENOTTY"),
        (.fileTooLarge, "EFBIG"),
        (.messageTooLong, "EMSGSIZE"), (.notSupportedOnSocket, "EOPNOTSUPP"), (.timedOut, "ETIMEDOUT"),
    ]
}
