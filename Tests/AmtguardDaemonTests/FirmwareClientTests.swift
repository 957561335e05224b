import AmtguardCore
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardDaemon
@testable import AmtguardSystemd

@Suite struct `The client of the firmware's helper` {
    /// The helper's behaviour after the connection; then it closes.
    enum Helper: CaseIterable {
        case answers, isCutShort, talksNonsense, sendsTooMuch, saysNothing

        var bytes: [UInt8] {
            switch self {
            case .answers: FirmwareAnswer(.busy).encoded
            case .isCutShort: FirmwareAnswer(.busy).encoded.dropLast(3)
            case .talksNonsense: Array("hello\n".utf8)
            case .sendsTooMuch: [UInt8](repeating: UInt8(ascii: "x"), count: FirmwareAnswer.sizeLimit + 1)
            case .saysNothing: []
            }
        }

        var word: String {
            switch self {
            case .answers: "busy"
            case .isCutShort, .saysNothing: "helper-ended"
            case .talksNonsense: "answer-malformed"
            case .sendsTooMuch: "answer-too-long"
            }
        }
    }

    @Test(arguments: Helper.allCases)
    func `takes whatever the helper sends`(helper: Helper) throws {
        let tree = try TestTree()
        let listener = try Listener(at: tree.path + "/run/amtguard-firmware.socket")
        let loop = try EventLoop()
        var client = FirmwareClient(on: loop, telling: Teller())
        var woken = 0
        let failure = client.ask(in: try tree.root(), onAnswer: { woken += 1 })
        #expect(failure == nil)
        // No answer has come, and the client does not wait for it.
        var inquiry = client.take()
        #expect(inquiry == nil)
        listener.serve(helper.bytes)
        for _ in 0..<100 where inquiry == nil {
            _ = try loop.turn(timeout: .milliseconds(100))
            inquiry = client.take()
        }
        #expect(inquiry?.word == helper.word)
        #expect(woken > 0)
    }

    @Test func `says why it can't ask`() throws {
        let tree = try TestTree()
        var client = FirmwareClient(on: try EventLoop(), telling: Teller())
        func asked() throws -> String? { client.ask(in: try tree.root(), onAnswer: {})?.word }
        #expect(try asked() == "no-helper")
        do {
            _ = try Listener(at: tree.path + "/run/amtguard-firmware.socket")
        }
        // The listener has ended, but its socket file still exists.
        #expect(try asked() == "no-helper")
        try FileManager.default.removeItem(atPath: tree.path + "/run/amtguard-firmware.socket")
        try tree.write("/run/amtguard-firmware.socket", "a file")
        #expect(try asked() == "no-helper")
    }
}

/// A helper's end of the socket.
private final class Listener {
    private let number: CInt

    init(at path: String) throws {
        number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: address) {
            unsafe bind(
                number, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0), socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        guard bound == 0, listen(number, 1) == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(number) }

    /// Sends the bytes to the connected client, and closes.
    func serve(_ bytes: [UInt8]) {
        let thread = Thread { [number] in
            let connection = unsafe accept(number, __SOCKADDR_ARG(__sockaddr__: nil), nil)
            _ = try? FileDescriptor(rawValue: connection).writeAll(bytes)
            close(connection)
        }
        thread.start()
    }
}
