import AmtguardCore
import Testing

@testable import AmtguardLinux

/// An event built by hand, by `struct list_event`.
struct EventBytes {
    var position: UInt64 = 0
    var pids: [UInt32] = [4_711, 4_690, 711, 690]
    var length: Int32?
    var flags: UInt32 = 1
    var names = Array("session-3.scope\0user-1000.slice\0user.slice\0".utf8)
    var command = "sysctl"
    var parent = "bash"
    var text = Array("5000\n".utf8)

    var bytes: [UInt8] {
        func native<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number.littleEndian >> (8 * $0)) }
        }
        func padded(_ text: String) -> [UInt8] {
            (Array(text.utf8) + [UInt8](repeating: 0, count: 16)).prefix(16).map { $0 }
        }
        return native(UInt64(9_000)) + native(position) + pids.flatMap(native) + native(length ?? Int32(text.count))
            + native(flags) + native(UInt32(names.count)) + native(UInt32(5)) + padded(command) + padded(parent)
            + names + text
    }

    var event: WriteEvent? { WriteEvent.parse(bytes[...]) }
}

@Suite("Events of the program on writes, as bytes")
struct WriteEventTests {
    @Test func `an event is read field by field`() {
        #expect(
            EventBytes().event
                == WriteEvent(
                    lost: 5, position: 0, isTurned: true, isDenied: false, text: Array("5000\n".utf8),
                    writer: Writer(
                        pid: 711, command: "sysctl", unit: "session-3.scope",
                        parent: Writer.Parent(pid: 690, command: "bash"))))
    }

    @Test func `a turned write is a prevented wish to replace`() {
        let event = EventBytes().event
        let ports = Wish.Text.ports(PortSet(5_000...5_000))
        #expect(
            event?.wish == event.map { Wish(replaces: true, isPrevented: true, ports, by: $0.writer) })
        let adding = EventBytes(position: 1, flags: 0).event?.wish
        #expect(adding?.replaces == false && adding?.isPrevented == false)
    }

    @Test func `a denied write is refused whatever its text was`() {
        let denied = EventBytes(length: -1, flags: 2, text: []).event
        #expect(denied?.isDenied == true && denied?.wish.text == .refused && denied?.wish.isPrevented == false)
    }

    @Test(arguments: [Int32(-7), -22, -1, .min])
    func `a text that was not shown is unknown`(length: Int32) {
        #expect(EventBytes(length: length, text: []).event?.wish.text == .unknown)
        #expect(EventBytes(length: length).event == nil, "bytes where there should be none")
    }

    @Test func `a process outside of the guard's pid namespace has the number of the first one`() {
        let writer = EventBytes(pids: [4_711, 4_690, 0, 0]).event?.writer
        #expect(writer?.pid == 4_711 && writer?.parent?.pid == 4_690)
        #expect(EventBytes(pids: [4_711, 0, 711, 0]).event?.writer.parent == nil)
        #expect(EventBytes(pids: [0, 0, 0, 0]).event == nil)
        #expect(EventBytes(pids: [.max, 0, 0, 0]).event == nil)
    }

    @Test func `names are made printable, and an empty one is none`() {
        let writer = EventBytes(command: "", parent: "a\u{1B}[2Jb").event?.writer
        #expect(writer?.command == nil)
        #expect(writer?.parent?.command == WriterLookup.command(Array("a\u{1B}[2Jb".utf8)))
        #expect(EventBytes(command: "sixteen-letters!").event?.writer.command == "sixteen-letters!")
    }

    @Test(arguments: [
        ("", nil), ("x.service\0system.slice\0", "x.service"), ("x.service\0", "x.service"), ("x\0y\0", nil),
        ("payload\0box.service\0machine.slice\0", "box.service"),
        ("a\n0::/b.service\0", nil),
    ])
    func `the unit is that of the path of groups`(names: String, unit: String?) {
        #expect(EventBytes(names: Array(names.utf8)).event?.writer.unit == unit)
        #expect(EventBytes(flags: 4, names: Array(names.utf8)).event?.writer.unit == nil, "not the whole path")
    }

    @Test func `no part of an event is an event, and none with more behind it`() {
        let whole = EventBytes().bytes
        for length in 0..<whole.count { #expect(WriteEvent.parse(whole[..<length]) == nil, "\(length) bytes") }
        #expect(WriteEvent.parse((whole + [0])[...]) == nil)
    }

    @Test(arguments: [32, 33, 35, 40, 41, 43])
    func `a length that does not fit is no event`(offset: Int) {
        for value in [0x7F, 0xFE, 0xFF] as [UInt8] {
            var bytes = EventBytes().bytes
            bytes[offset] = value
            let event = WriteEvent.parse(bytes[...])
            #expect(event == nil, "\(offset): \(value)")
        }
    }
}

@Suite("What /proc says of a descriptor of BPF")
struct BPFObjectTests {
    private static let ring = "pos:\t0\nmap_type:\t27\nkey_size:\t0\nvalue_size:\t0\nmax_entries:\t131072\n"
    private static let page = "map_type:\t2\nkey_size:\t4\nvalue_size:\t80\nmax_entries:\t1\nmap_flags:\t0x400\n"
    private static let link = "link_type:\tcgroup\nlink_id:\t9\nprog_id:\t7\ncgroup_id:\t4711\nattach_type:\t18\n"

    @Test func `ring, page and link are told apart`() {
        let objects = [Self.ring, Self.page, Self.link].map { BPFObject(fdinfo: Array($0.utf8)) }
        #expect(objects.map(\.ringSize) == [131_072, 0, 0])
        #expect(objects.map { $0.isPage(atLeast: 80) } == [false, true, false])
        #expect(objects.map(\.linkedGroup) == [nil, nil, 4_711])
        #expect(!objects[1].isPage(atLeast: 81))
    }

    @Test(arguments: ["", "map_type:\t27\n", "map_type:\t27\nmax_entries:\t4097\n", "map_type:\t27\nmax_entries:\t-1"])
    func `anything else is nothing`(text: String) {
        let object = BPFObject(fdinfo: Array(text.utf8))
        #expect(object.ringSize == 0 && !object.isPage(atLeast: 0) && object.linkedGroup == nil)
    }

    @Test func `a page that can't be mapped is none`() {
        let text = Self.page.replacing("0x400", with: "0x0")
        #expect(!BPFObject(fdinfo: Array(text.utf8)).isPage(atLeast: 8))
    }

    @Test(arguments: [
        ("0::/system.slice/amtguardd.service\n", "/system.slice/amtguardd.service"),
        ("12:pids:/a.service\n0::/user.slice/session-1.scope\n", nil), ("0::/\n", nil), ("0::/../x.service\n", nil),
        ("1:name=systemd:/x.service\n", nil), ("", nil),
    ])
    func `the group of a service is compared, and no other`(text: String, path: String?) {
        #expect(ControlGroup.ownServicePath(Array(text.utf8)) == path)
    }
}
