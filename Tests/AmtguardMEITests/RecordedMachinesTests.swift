import AmtguardCore
import AmtguardMEI
import Foundation
import Testing

/// Real machines, as `Tests/Recordings` holds them.
@Suite struct `Recorded machines` {
    private func recording(_ name: String) throws -> Recording {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Recordings/\(name).recording")
        return try Recording(parsing: Array(try Data(contentsOf: file)))
    }

    @Test func `a Lenovo with AMT 11.8.93 is told exactly`() throws {
        var expected = FirmwareAnswer(.answered, because: "not in the recording")
        expected.device = .known("mei0")
        expected.deviceState = .unknown("the driver has no dev_state (before Linux 5.1)")
        expected.firmwareVersion = .unknown("the driver reports no version (fw_ver)")
        expected.amthi = .known(.answers)
        expected.bios = .known("N1EETA2W (1.75 )")
        expected.amtVersion = .known("11.8.93")
        expected.amtBuild = .known("4323")
        expected.sku = .known(.amt)
        expected.provisioningState = .known(.pre)
        expected.uuid = .unknown("asked for with --uuid only")
        for rule in MKHI.Rule.allCases { expected.miss(rule, because: .notAsked("AMTHI is offered")) }
        #expect(try recording("lenovo-amt-11.8.93").answer() == expected)
    }

    @Test func `have nothing to mask that is not masked`() throws {
        let recording = try recording("lenovo-amt-11.8.93")
        #expect(recording.masked == recording)
    }
}
