import Testing

/// Each has its own namespaces, so they run in parallel: most of the time they wait for the emulated firmware.
@Suite(.enabled(if: Play.isPossible, Play.needs))
struct `The guard with a firmware that answers` {
    @Test(arguments: Play.machines)
    func `concludes of each machine what its file expects`(machine: String) async throws {
        try await Play.run("table", [machine], within: 58)
    }

    @Test(arguments: Play.scenarios)
    func `keeps its promises, judged from outside`(scenario: String) async throws {
        try await Play.run(scenario, within: 180)
    }

    @Test func `has scenarios`() {
        #expect(Play.machines.count >= 45)
        #expect(Play.scenarios.count >= 8)
    }
}
