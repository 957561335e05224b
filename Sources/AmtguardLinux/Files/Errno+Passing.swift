public import SystemPackage

extension Errno {
    /// Whether it is for want of descriptors or memory, or a failure of the device: then it says nothing of what was asked
    /// for, and the next call may succeed.
    public var mayPass: Bool {
        switch self {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noLocks, .ioError: true
        default: false
        }
    }
}
