public import AmtguardCore
public import SystemPackage

extension Errno {
    /// Whether the cause is a lack of descriptors or memory, or a failure of the device, or lasts a moment only. Such an
    /// error says nothing about the requested object, and the next call may succeed.
    public var mayPass: Bool {
        switch self {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noLocks, .ioError: true
        case .resourceTemporarilyUnavailable: true
        default: false
        }
    }
}

extension ReadingFailure {
    /// Defined here, because the core has no errno values.
    public init(_ error: Errno) {
        switch error {
        case .noSuchFileOrDirectory: self = .missing
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: self = .noDescriptor
        default: self = .failed("\(error)")
        }
    }
}
