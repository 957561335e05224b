public import Foundation

/// The files that must agree with the code.
public enum Repository {
    public static let top = URL(filePath: #filePath).appending(path: "../../..").standardized

    public static func text(_ path: String) throws -> String {
        try String(contentsOf: top.appending(path: path), encoding: .utf8)
    }

    /// The Swift files below a folder.
    public static func sources(in path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: top.appending(path: path).path)
            .filter { $0.hasSuffix(".swift") }.sorted().map { "\(path)/\($0)" }
    }

    public static func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: top.appending(path: path).path).sorted()
    }
}
