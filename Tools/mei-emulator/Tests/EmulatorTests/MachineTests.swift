import EmulatedMEI
import Foundation
import Testing

private let questions = [
    "010100001a00000400000000", "010100001100000400000000", "010100006b00000400000000",
    "01010000480000040400000000000000", "01010000480000040400000001000000", "010100001b00000400000000",
    "010100005800000400000000", "01010000490000040400000002000000", "01010000490000040400000004000000",
    "010100004600000400000000",
]

struct MachineTests {
    @Test(arguments: Package.machines)
    func `each machine of the package parses, and says what is to be concluded`(name: String) throws {
        let text = try Package.text("machines/\(name)")
        #expect(text.hasPrefix("# "))
        #expect(text.contains("# To be concluded: "))
        let machine = try MachineFile.machine(parsing: text)
        #expect(machine.expectation.state != nil)
    }

    @Test(.enabled(if: canMount, needsMount), arguments: Package.machines)
    func `each machine of the package serves`(name: String) throws {
        let steps = questions.map { "write=\($0) poll=100 read" }.joined(separator: " ")
        let output = try Stage.run(
            machine: try Package.text("machines/\(name)"),
            """
            [ -e $ROOT/sys/bus/pci/devices/0000:00:00.0 ] || echo no PCI
            for node in $ROOT/sys/class/mei/*; do [ -e $node ] && cat $node/dev_state >/dev/null; done
            for node in $ROOT/dev/mei*; do
                [ -e $node ] && timeout 1 $MEI $node open connect=2800f812b7b42d4baca846e0ff65814c \(steps) >/dev/null &
            done
            # Who hangs in an ioctl that no signal ends gets its answer from the emulator's end.
            sleep 0.5
            """)
        #expect(output.lines.isEmpty)
        #expect(output.errors.isEmpty)
    }

    @Test func `each row of the two tables has a machine`() {
        let rows = [
            "no-csme", "driver-missing", "amt-absent", "disabled-mkhi", "disabled-zero-length", "disabled-watchdog",
            "disabled-smbios", "enotty-alone", "unprovisioned", "provisioning", "provisioned-ccm", "provisioned-acm",
            "provisioned-legacy", "not-ready", "address-equal", "address-passive-none", "address-passive-stale",
            "address-active", "address-static-equal", "address-static-separate", "address-static-none", "laptop-docked",
            "laptop-undocked", "two-equal-macs", "wifi-only", "resume-reset", "graphics-first", "recorded-11.8.93",
        ]
        #expect(rows.filter { !Package.machines.contains("\($0).machine") } == [])
    }

    @Test(arguments: [
        ("[amt", 1, "no section '[amt'", "[machine]"),
        ("[amp]", 1, "no section '[amp]'", "[lan wired]"),
        ("version = 1", 1, "a key before the first section", "[machine]"),
        ("[amt]\n\nversion", 3, "no '='", "key = value"),
        ("[amt]\nverison = 1", 2, "no key 'verison' in [amt]", "version, build, sku"),
        ("[amt]\nbuild = 1\nbuild = 2", 3, "'build' a second time", "once"),
        ("[amt]\nprovisioning = done", 2, "'provisioning' can't be 'done'", "pre, in, post"),
        ("[lan wired]\nipv4 = 1.2.3", 2, "'ipv4' can't be '1.2.3'", "192.168.1.20"),
        ("[lan wired]\nmac = 1", 2, "'mac' can't be '1'", "c8:d9:d2:7a:1e:33"),
        ("[machine]\nindex = 256", 2, "'index' can't be '256'", "from 0 to 255"),
        ("[faults]\nGetUUId = silent", 2, "nothing is called 'GetUUId' in [faults]", "GetUUID"),
        ("[faults]\nany = slow", 2, "'any' can't be 'slow'", "slow MS"),
        ("[faults]\nopen = garbage", 2, "'open' can't be 'garbage'", "slow MS"),
        ("[faults]\nany = short 3, never 4", 2, "'any' can't be 'short 3, never 4'", "times N"),
        ("[status]\nGetUUID = NOPE", 2, "'GetUUID' can't be 'NOPE'", "NOT_READY"),
        ("[exchanges amthi]\n0 = 1", 2, "not two messages", "hexadecimal"),
        ("[exchanges amt]", 1, "no client 'amt'", "amthi, mkhi"),
        ("[machine]\naddress = 00:16.0", 2, "'address' can't be '00:16.0'", "0000:80:16.0"),
        ("[machine]\naddress = 0000:80:16:0", 2, "'address' can't be '0000:80:16:0'", "0000:80:16.0"),
        ("[machine]\nhost bridge = 1022", 2, "'host bridge' can't be '1022'", "8086:4601"),
        ("[watchdog]\nanswer = 0x100 byte", 2, "'answer' can't be '0x100 byte'", "u32"),
        ("[lme]\nports = 0", 2, "'ports' can't be '0'", "from 1 to 65535"),
        ("[smbios]\ntype 130 = 82 15 00", 2, "'type 130' can't be '82 15 00'", "hexadecimal"),
    ])
    func `a bad file is refused with its line and what is allowed`(
        text: String, line: Int, problem: String, allowed: String
    ) {
        #expect {
            _ = try MachineFile.machine(parsing: text)
        } throws: { error in
            guard let error = error as? MachineFile.SyntaxError else { return false }
            return error.line == line && error.problem == problem && error.allowed.contains(allowed)
        }
    }

    @Test func `the page names each section and each key`() throws {
        let page = try Package.text("README.md")
        for (section, keys) in MachineFile.vocabulary {
            #expect(page.contains("[\(section)"), "\(section)")
            for key in keys { #expect(page.contains("`\(key)`"), "\(section): \(key)") }
        }
    }

    @Test func `a recording of amtguard-firmware is a machine as well`() throws {
        let machine = try RecordingFile.machine(
            parsing: """
                amtguard-recording: 1
                machine: Example

                attribute name=mei1
                attribute kind=mei
                attribute dev_state=ENABLED
                open
                connect 12f80028-b4b7-4b2d-aca8-46e0ff65814c -> errno EBUSY
                connect 12f80028-b4b7-4b2d-aca8-46e0ff65814c -> 0014000001b42d4baca846e0ff65814c
                write 010100001100000400000000
                read 0101000011008004080000000000000000000000
                write 010100006b00000400000000
                read -> silence
                connect 8e6a6715-9abc-4043-88ef-9e39c6f63e0f -> errno ENOTTY
                """)
        #expect(machine.hardware.index == 1)
        #expect(machine.clients == [.amthi: .yes, .mkhi: .no])
        #expect(machine.exchanges[.amthi]?.map { $0.reply?.count } == [20, nil])
        #expect(machine.faults.map(\.target) == ["connect/amthi"])
    }
}
