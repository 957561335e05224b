public import AmtguardCore
public import SystemPackage

extension ReadingFailure {
    /// The core knows no errno.
    public init(_ error: Errno) {
        switch error {
        case .noSuchFileOrDirectory: self = .missing
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: self = .noDescriptor
        default: self = .failed("\(error)")
        }
    }
}
