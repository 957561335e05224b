import AmtguardCore
import AmtguardLab
import Testing

@Suite struct `An invalid reply` {
    static let state = RecordedMachine.provisioningState
    static let versions = RecordedMachine.codeVersions

    /// The bytes with replaced ones from `offset` on.
    static func changed(_ bytes: [UInt8], at offset: Int, _ values: UInt8...) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(offset..<(offset + values.count), with: values)
        return bytes
    }

    @Test(
        arguments: [
            ([], .short("major version")),
            (Array(state.prefix(11)), .short("length")),
            (Array(state.dropLast()), .value("length", 8)),
            (state + [0], .value("length", 8)),
            (changed(state, at: 0, 2), .value("major version", 2)),
            (changed(state, at: 1, 0), .value("minor version", 0)),
            (changed(state, at: 3, 1), .value("reserved field", 0x100)),
            (changed(state, at: 4, 0x1A), .otherCommand(0x0480_001A)),
            (changed(state, at: 6, 0), .otherCommand(0x0400_0011)),
            (changed(state, at: 12, 0x24), .refused(AMTStatus(rawValue: 0x24))),
            (changed(state, at: 16, 3), .value("provisioning state", 3)),
            // The length in the header is right, but too few or too many bytes follow it.
            (Array(changed(state, at: 8, 4).prefix(16)), .short("provisioning state")),
            (Array(changed(state, at: 8, 0).prefix(12)), .short("status")),
            // A refusal may have a payload or none.
            (changed(Array(changed(state, at: 8, 4).prefix(16)), at: 12, 3), .refused(AMTStatus(rawValue: 3))),
        ] as [([UInt8], WireError)])
    func `says what is wrong`(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { try ProvisioningState(parsing: bytes, to: .provisioningState) }
        #expect(!error.description.contains("\n"))
    }

    @Test(
        arguments: [
            (changed(versions, at: 81, 0xFF, 0xFF, 0xFF, 0xFF), .value("number of versions", 0xFFFF_FFFF)),
            (changed(versions, at: 81, 11), .value("number of versions", 11)),
            (changed(versions, at: 85, 21), .value("version's name length", 21)),
            (changed(versions, at: 107, 0xFF, 0xFF), .value("version length", 0xFFFF)),
        ] as [([UInt8], WireError)])
    func `is bounded by its bytes, whatever it counts`(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { try CodeVersions(parsing: bytes, to: .codeVersions) }
    }

    @Test func `is none that is longer than we know: the rest is noted`() throws {
        let longer = Self.changed(Self.state, at: 8, 11) + [1, 2, 3]
        let (reply, surplus) = try ProvisioningState.parse(longer, to: .provisioningState)
        #expect(try reply == ProvisioningState(parsing: Self.state, to: .provisioningState) && surplus == 3)
        #expect(try CodeVersions.parse(Self.changed(Self.versions, at: 81, 9), to: .codeVersions).surplus == 44)

        var answer = FirmwareAnswer(.answered)
        #expect(answer.take(Self.versions, for: .codeVersions) == nil)
        #expect(answer.surplus == .known("none"))
        #expect(answer.take(longer, for: .provisioningState) == nil && answer.provisioningState.value != nil)
        #expect(answer.take(Self.changed(Self.versions, at: 81, 9), for: .codeVersions) == nil)
        #expect(answer.surplus == .known("provisioningState 3 bytes, codeVersions 44 bytes"))
    }

    @Test func `is one that is cut anywhere`() {
        for count in 0..<Self.versions.count {
            #expect(throws: WireError.self) {
                try CodeVersions(parsing: Array(Self.versions.prefix(count)), to: .codeVersions)
            }
        }
    }

    @Test func `can hold no text that a terminal obeys`() throws {
        let bytes = Self.changed(Self.changed(Self.versions, at: 16, 0x1B, 0x5B), at: 219, 0x0A, 0xFF, 0x7F)
        let versions = try CodeVersions(parsing: bytes, to: .codeVersions)
        #expect(versions.bios == "?[EETA2W (1.75 )")
        #expect(versions.rows[3].name == "???")
        var answer = FirmwareAnswer(.answered)
        answer.take(bytes, for: .codeVersions)
        #expect(answer.amtVersion == .unknown("the firmware lists no version of AMT"))
        #expect(answer.amtBuild == .known("4323"))
    }

    @Test func `names a management server no longer than the message and than a name may be`() {
        let head: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        for payload in [head + [5, 0, 0x61], head, head + [1]] {
            #expect(throws: WireError.self) {
                try RemoteAccess(parsing: `AMTHI byte by byte`.reply([0x46, 0, 0x80, 4], payload), to: .remoteAccess)
            }
        }
        let long = head + [0xFE, 0] + [UInt8](repeating: 0x61, count: 254)
        var bytes = `AMTHI byte by byte`.reply([0x46, 0, 0x80, 4], []) + long
        bytes.replaceSubrange(8..<10, with: [UInt8((4 + long.count) & 0xFF), UInt8((4 + long.count) >> 8)])
        #expect(throws: WireError.value("management server length", 254)) {
            try RemoteAccess(parsing: bytes, to: .remoteAccess)
        }
    }

    @Test(
        arguments: [
            (0, "SUCCESS"), (1, "INTERNAL_ERROR"), (2, "NOT_READY"), (3, "INVALID_PT_MODE"),
            (0x10, "NOT_PERMITTED"), (0x24, "INVALID_PARAMETER"), (0x400, "DISABLED_BY_POLICY"),
            (0x812, "UNSUPPORTED"), (2_501, "INTERFACE_DOES_NOT_EXIST"), (0x13, "BLOCK_NOT_LOCKED"), (0x817, "0x817"),
            (0xDEAD_BEEF, "0xdeadbeef"),
        ] as [(UInt32, String)])
    func `makes its field unknown, with the status by name`(code: UInt32, name: String) {
        var answer = FirmwareAnswer(.answered)
        let refusal = AMTHI.refusal(of: .controlMode, AMTStatus(rawValue: code))
        let error = answer.take(refusal, for: .controlMode)
        if code == 0 {
            #expect(error == .short("control mode"))
        } else {
            #expect(error?.isRefusal == true)
            #expect(answer.controlMode == .unknown(.refused(AMTStatus(rawValue: code))))
            #expect(answer.controlMode.reason == "status \(name)")
        }
        #expect(AMTStatus(rawValue: code).description == name)
    }

    @Test func `leaves all other fields alone`() {
        var answer = FirmwareAnswer(.answered, because: "not asked")
        answer.take(RecordedMachine.codeVersions, for: .codeVersions)
        for request in AMTHI.Request.allCases where request != .codeVersions {
            var other = answer
            let error = other.take([1, 2, 3], for: request)
            #expect(error == .value("major version", 1) || error == .value("minor version", 2) || error != nil)
            #expect(other.amtVersion == .known("11.8.93"))
            other.miss(request, because: "not asked")
            #expect(other == answer)
        }
    }

    @Test func `does no harm, whatever it holds`() {
        var generator = Seeded(11)
        for request in AMTHI.Request.allCases {
            // A reply with the right command and the right length, and arbitrary bytes after them.
            let command = request.encoded[4..<6] + [request.encoded[6] | 0x80, 4]
            for _ in 0..<500 {
                let count = Int.random(in: 0...120, using: &generator)
                var payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                if Bool.random(using: &generator) {
                    payload.replaceSubrange(0..<min(4, count), with: [0, 0, 0, 0].prefix(count))
                }
                let bytes = [1, 1, 0, 0] + command + [UInt8(count), 0, 0, 0] + payload
                var answer = FirmwareAnswer(.answered)
                answer.take(bytes, for: request)
                #expect((try? FirmwareAnswer(parsing: answer.encoded)) == answer)
            }
        }
    }

    @Test func `has the name of its status where the SDK has one`() {
        let codes = [AMTStatus.success, .notReady, .unsupported, .invalidParameter]
        #expect(codes.map(\.description) == ["SUCCESS", "NOT_READY", "UNSUPPORTED", "INVALID_PARAMETER"])
        let named = (0...0xFFF as ClosedRange<UInt32>).filter { !AMTStatus(rawValue: $0).description.hasPrefix("0x") }
        let known: [ClosedRange<UInt32>] = [
            0x0...0x31, 0x200...0x203, 0x400...0x400, 0x800...0x816, 0x818...0x818, 0x81B...0x81C, 0x9C4...0x9C5,
        ]
        #expect(named == known.flatMap { Array($0) })
    }

    @Test(
        arguments: [
            (.refused(.unsupported), true), (.result(.notReady), true), (.short("x"), false), (.long(1), false),
            (.value("x", 1), false), (.otherCommand(1), false), (.repeated, false),
        ] as [(WireError, Bool)])
    func `is complete if it is a refusal`(error: WireError, isRefusal: Bool) {
        #expect(error.isRefusal == isRefusal)
        #expect(WireError.otherCommand(0x0480_001A).description.hasSuffix("another command, 0x480001a"))
    }
}
