import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite struct `Whether Wi-Fi is diverted` {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func read() throws -> Bool? {
        readWirelessDiversion(in: try RootDirectory(path: FilePath(directory.path)))
    }

    @Test func `is not known if /sys does not show it`() throws {
        #expect(try read() == nil)
    }

    @Test func `is denied where iwlmei is not there`() throws {
        try directory.directory("sys/bus/mei/drivers/mei_hdcp")
        #expect(try read() == false)
    }

    @Test func `is denied where iwlmei drives nothing`() throws {
        try directory.file("sys/bus/mei/drivers/iwlmei/bind", "")
        #expect(try read() == false)
    }

    @Test(arguments: [
        "0000:00:16.0-13280904-7792-4fcb-a1aa-5e70cbb1e865", "mei::13280904-7792-4FCB-a1aa-5e70cbb1e865:01",
    ])
    func `is affirmed where iwlmei drives its client`(name: String) throws {
        try directory.directory("sys/bus/mei/drivers/iwlmei/\(name)")
        #expect(try read() == true)
    }
}
