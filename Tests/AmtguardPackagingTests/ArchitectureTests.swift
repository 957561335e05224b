import AmtguardTestTools
import Foundation
import Testing

@Suite struct `The page on the architecture` {
    /// The dependencies of each target of `Sources`, from `Package.swift`.
    private static func dependencies() throws -> [String: Set<String>] {
        let kinds = "target|executableTarget|systemLibrary"
        let pattern = #"\.(?:\#(kinds))\(\s*name: "([^"]+)"(?:,\s*dependencies: \[([^\]]*)\])?"#
        let targets = try Repository.text("Package.swift").matches(pattern).map { match in
            (match[0], Set(try match[1].matches(#""([^"]+)""#).map { $0[0] }))
        }
        let sources = try Repository.names(in: "Sources")
        return Dictionary(uniqueKeysWithValues: targets.filter { sources.contains($0.0) })
    }

    private static func page() throws -> String { try Repository.text("docs/ARCHITECTURE.md") }

    /// The rows of its tables: the names in the first cell.
    private static func named() throws -> Set<String> {
        let cells = try page().matches(#"^\| (`[^|]*`) \|"#).map { $0[0] }
        return Set(try cells.flatMap { try $0.matches(#"`([^`]+)`"#).map { $0[0] } })
    }

    @Test func `has the graph of Package.swift`() throws {
        let drawn = try Self.page().matches(#"^([\w-]+) +→ (.*?)(?:  .*)?$"#).map { line in
            (line[0], Set(line[1].components(separatedBy: ", ").filter { $0 != "nothing" }))
        }
        let graph = try Self.dependencies().filter { !["CLinux", "CSystemd"].contains($0.key) }
        #expect(Dictionary(uniqueKeysWithValues: drawn) == graph)
    }

    @Test func `has each target and each folder of the core in a table`() throws {
        let targets = try Repository.names(in: "Sources")
        let folders = try Repository.names(in: "Sources/AmtguardCore").filter { !$0.contains(".") }
        #expect(try Set(targets) == Set(Self.dependencies().keys))
        #expect(try Self.named().isSuperset(of: targets))
        #expect(try Self.named().isSuperset(of: folders))
    }

    @Test func `stands on a Package.swift that offers no library but those that nested packages use`() throws {
        let offered = Set(try Repository.text("Package.swift").matches(#"\.library\(name: "([^"]+)""#).map { $0[0] })
        let nested = ["Benchmarks", "Tests/system"] + (try Repository.names(in: "Tools").map { "Tools/\($0)" })
        let used = try nested.flatMap { folder in
            let text = (try? Repository.text("\(folder)/Package.swift")) ?? ""
            return try text.matches(#"\.product\(name: "([^"]+)", package: "amtguard"\)"#).map { $0[0] }
        }
        #expect(Set(used) == offered)
        #expect(!offered.isEmpty)
    }
}
