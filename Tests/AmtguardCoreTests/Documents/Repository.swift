import Foundation

/// The files beside the code that must agree with it.
enum Repository {
    static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
