public import AmtguardCore
public import SystemPackage

extension ReadingFailure {
    /// Here, because the core does not know errno values.
    public init(_ error: Errno) {
        switch error {
        case .noSuchFileOrDirectory: self = .missing
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: self = .noDescriptor
        default: self = .failed("\(error)")
        }
    }
}
