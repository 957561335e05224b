import AmtguardCore
import AmtguardTestTools
import Foundation

@testable import AmtguardCommands

/// Reports for the tests of monitoring: a complete one, and variants of it.
enum Reported {
    /// What amtguardctl found out, with the name of its golden file.
    static let outcomes: [(name: String, outcome: @Sendable () throws -> Inquiry.Outcome)] = [
        ("protected", { try told { _ in } }),
        (
            "not-needed",
            {
                try told { status in
                    status.verdict = try word("not-needed")
                    status.observed.auditUSec = nil
                    status.amt.state = "impossible"
                    status.amt.evidence[0].says = "no management engine on the bus: a virtual machine of QEMU"
                    (status.amt.version, status.amt.firmware, status.amt.interfaces) = (nil, nil, nil)
                    (status.ports.required, status.ports.owned, status.nat, status.probe) = ("", "", nil, nil)
                    status.holds = []
                    status.victims = []
                }
            }
        ),
        (
            "degraded",
            {
                try told { status in
                    status.verdict = try word("degraded")
                    status.reasons = [
                        Reason(
                            id: "victims",
                            says: "AMT cuts off 2 sockets, the worst: tcp 192.0.2.20:16994 to 198.51.100.7:443, a|b"),
                        Reason(id: "contested", says: "the list is repeatedly overwritten"),
                        Reason(id: "contested", says: "it is so twice"),
                    ]
                    (status.contested, status.victimCount) = (true, 2)
                }
            }
        ),
        (
            "exposed",
            {
                try told { status in
                    status.verdict = try word("exposed")
                    status.mode = "observe"
                    status.reasons = [Reason(id: "not-reserved", says: "16992-16995 is not reserved")]
                    (status.ports.reserved, status.ports.exposed) = ("623,664", "16992-16995")
                }
            }
        ),
        (
            "little-known",
            {
                try told { status in
                    status.verdict = try word("degraded")
                    status.reasons = [Reason(id: "list-missing", says: "there is no list")]
                    (status.ports.reserved, status.ports.exposed, status.ports.reach) = (nil, nil, nil)
                    (status.victims, status.victimCount, status.prevented, status.nat) = (nil, nil, nil, nil)
                    (status.repairs.last, status.probe, status.amt.interfaces) = (nil, nil, nil)
                    (status.amt.version, status.amt.firmware) = (nil, nil)
                }
            }
        ),
        (
            "newer-daemon",
            {
                try told { status in
                    status.verdict = try word("walled")
                    (status.version, status.mode, status.amt.state) = ("9\"\\\n", "walled", "moved")
                    status.watch = try word("ring")
                    status.reasons = [Reason(id: "a\"b", says: "x")]
                }
            }
        ),
        ("silent", { try told(.silent("within 3 s")) { _ in } }),
        ("outdated", { try told(.outdated("amtguardd last looked at the list 300 s ago")) { _ in } }),
        ("absent", { `The commands`.absence(.ofAMT) }),
    ]

    /// The complete report, changed.
    static func told(
        _ voice: Assessment.Voice = .answers, _ change: (inout Status) throws -> Void
    ) throws -> Inquiry.Outcome {
        var status = try everything()
        try change(&status)
        let look = KernelLook(reserved: status.ports.reserved.flatMap(PortSet.init(told:)), choice: `The commands`.wide)
        return .report(Assessment(status, voice, look))
    }

    static func everything() throws -> Status {
        try Answer(Array(Repository.text("Tests/Reports/everything.json").utf8)).status
    }

    private static func word<Known>(_ text: String) throws -> Told<Known> {
        try JSONDecoder().decode(Told<Known>.self, from: Data("\"\(text)\"".utf8))
    }

    /// Compares with `Tests/Monitoring/NAME`. With UPDATE_GOLDEN=1 it writes the file instead; review the difference
    /// then.
    static func golden(_ name: String, _ text: String) throws -> String {
        let path = "Tests/Monitoring/\(name)"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: Repository.top.appending(path: path))
        }
        return try Repository.text(path)
    }
}
