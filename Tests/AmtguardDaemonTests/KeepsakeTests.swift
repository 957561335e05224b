import AmtguardCore
import Foundation
import Testing

@testable import AmtguardDaemon

@Suite struct `The runtime directory of the daemon` {
    private static let scope = Memory.Scope(boot: "b", namespace: "n")

    private func keepsake(in tree: TestTree) throws -> Keepsake {
        try Keepsake(below: tree.root(), patience: .zero)
    }

    private static func memory(_ owned: PortSet, in scope: Memory.Scope = scope) -> Memory {
        var memory = Memory(scope: scope)
        memory.ownership.owned = owned
        return memory
    }

    @Test func `keeps the record from one daemon to the next`() throws {
        let tree = try TestTree()
        do {
            var former = try keepsake(in: tree)
            let recalled = try former.recall(of: Self.scope)
            #expect(recalled == nil)
            former.remember(Self.memory(PortSet(16992...16995)))
        }
        var next = try keepsake(in: tree)
        let recalled = try next.recall(of: Self.scope)
        #expect(recalled?.ownership.owned == PortSet(16992...16995))
    }

    @Test func `has one daemon at a time`() throws {
        let tree = try TestTree()
        let first = try keepsake(in: tree)
        let isLocked = first.isLocked
        #expect(isLocked)
        #expect(throws: Keepsake.Taken.self) { _ = try keepsake(in: tree) }
    }

    @Test func `tells a record of another boot from one that can't be understood`() throws {
        let tree = try TestTree()
        var keepsake = try keepsake(in: tree)
        _ = try keepsake.recall(of: Self.scope)
        keepsake.remember(Self.memory(PortSet(623...623), in: Memory.Scope(boot: "other", namespace: "n")))
        do {
            _ = try keepsake.recall(of: Self.scope)
            Issue.record("it was recalled")
        } catch {
            #expect(error.isOfOthers && !error.mayPass)
        }
        try tree.write("/run/amtguard/memory", "no record")
        do {
            _ = try keepsake.recall(of: Self.scope)
            Issue.record("it was recalled")
        } catch {
            #expect(!error.isOfOthers && "\(error)".contains("can't be understood"))
        }
    }

    @Test func `does not replace a record that was not read`() throws {
        let tree = try TestTree()
        do {
            var former = try keepsake(in: tree)
            _ = try former.recall(of: Self.scope)
            former.remember(Self.memory(PortSet(16992...16995)))
        }
        let before = tree.bytes("/run/amtguard/memory")
        var hasty = try keepsake(in: tree)
        hasty.remember(Memory(scope: Self.scope))
        #expect(tree.bytes("/run/amtguard/memory") == before)
        // A record that owns ports may replace one that was not read.
        hasty.remember(Self.memory(PortSet(664...664)))
        #expect(tree.bytes("/run/amtguard/memory") != before)
    }

    @Test func `never keeps a record without the boot and the namespace`() throws {
        let tree = try TestTree()
        var keepsake = try keepsake(in: tree)
        _ = try keepsake.recall(of: Self.scope)
        let before = tree.bytes("/run/amtguard/memory")
        keepsake.remember(Self.memory(PortSet(623...623), in: Memory.Scope(boot: Memory.Scope.unknown, namespace: "n")))
        #expect(tree.bytes("/run/amtguard/memory") == before)
        let problem = keepsake.problem
        #expect(problem?.contains("/memory") == true)
    }

    @Test func `guards without any directory`() throws {
        let tree = try TestTree()
        try FileManager.default.removeItem(atPath: tree.path + "/run")
        try Data().write(to: URL(fileURLWithPath: tree.path + "/run"))
        var keepsake = try keepsake(in: tree)
        keepsake.remember(Self.memory(PortSet(623...623)))
        let (problem, isLocked) = (keepsake.problem, keepsake.isLocked)
        #expect(problem?.hasPrefix("/run/amtguard can't be used: ") == true)
        #expect(!isLocked)
    }
}
