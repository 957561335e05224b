import CLinux
import Testing

@testable import AmtguardLinux

/// One event as Linux 6.18 wrote it: a write by pid 5052, which had ended before the event was read.
private let recorded: [UInt8] = [
    0x20, 0x00, 0x00, 0x00,  // event_len 32
    0x03, 0x00,  // vers, reserved
    0x18, 0x00,  // metadata_len 24
    0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // mask FAN_MODIFY
    0x05, 0x00, 0x00, 0x00,  // fd 5
    0xBC, 0x13, 0x00, 0x00,  // pid 5052
    0x04, 0x00, 0x08, 0x00,  // FAN_EVENT_INFO_TYPE_PIDFD, 8 bytes
    0xFF, 0xFF, 0xFF, 0xFF,  // FAN_NOPIDFD
]

@Suite("Events of fanotify, as bytes")
struct FanotifyEventTests {
    @Test func `a recorded event is read field by field`() {
        let (events, isWhole) = FanotifyEvent.parse(recorded[...])
        #expect(isWhole)
        #expect(events == [FanotifyEvent(mask: 2, file: 5, pid: 5_052, process: .gone)])
    }

    @Test func `events follow each other, and one without a record too`() {
        var plain = Array(recorded[..<24])
        plain[0] = 24
        let (events, isWhole) = FanotifyEvent.parse((recorded + plain + recorded)[...])
        #expect(isWhole)
        #expect(events.map(\.process) == [.gone, .notAsked, .gone])
    }

    @Test func `a pidfd is a descriptor, and each reason to have none is its own`() {
        func process(_ number: Int32) -> FanotifyEvent.Process? {
            var bytes = recorded
            for index in 0..<4 { bytes[28 + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
            return FanotifyEvent.parse(bytes[...]).events.first?.process
        }
        #expect(process(9) == .pidfd(9))
        #expect(process(-1) == .gone)
        #expect(process(-2) == .failed)
        #expect(process(-24) == .failed)
    }

    @Test func `an overflow has no file and no pid`() {
        var bytes = recorded
        bytes.replaceSubrange(8..<16, with: [0, 0x40, 0, 0, 0, 0, 0, 0])
        bytes.replaceSubrange(16..<24, with: [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
        let event = FanotifyEvent.parse(bytes[...]).events.first
        #expect(event?.isOverflow == true && event?.file == nil && event?.pid == 0)
    }

    @Test func `every cut of an event is reported, and none is believed`() {
        for length in 1..<recorded.count {
            let (events, isWhole) = FanotifyEvent.parse(recorded[..<length])
            #expect(events.isEmpty && !isWhole, "\(length) bytes")
        }
    }

    @Test(arguments: [
        (0, 0), (0, 23), (0, 33), (3, 0xFF),  // event_len: none, too short, beyond the end, huge
        (4, 2), (4, 4),  // another version
        (6, 23), (6, 33), (7, 0xFF),  // metadata_len
        (23, 0xFF),  // a negative pid
        (26, 0), (26, 3), (26, 4), (26, 9), (27, 0xFF),  // length of the record
    ])
    func `a byte that contradicts the others ends the reading`(_ offset: Int, _ value: Int) {
        var bytes = recorded
        bytes[offset] = UInt8(value)
        let (events, isWhole) = FanotifyEvent.parse((recorded + bytes + recorded)[...])
        #expect(events.count <= 1 || offset == 0, "\(offset) \(value)")
        #expect(!isWhole)
    }

    @Test func `an unknown record is passed over`() {
        var bytes = recorded
        bytes[24] = 0x77
        #expect(FanotifyEvent.parse(bytes[...]).events.map(\.process) == [.notAsked])
    }

    @Test func `an inotify queue that ran over says so`() {
        let modify: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let overflow: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let long: [UInt8] = Array(modify[..<12]) + [0xFF, 0xFF, 0xFF, 0xFF]
        #expect(!InotifySource.tellsOverflow(modify[...]))
        #expect(InotifySource.tellsOverflow((modify + overflow)[...]))
        #expect(!InotifySource.tellsOverflow((long + overflow)[...]))
        #expect(!InotifySource.tellsOverflow(overflow[..<7]))
    }
}

@Suite("What /proc says of a group")
struct FanotifyGroupTests {
    @Test func `flags and marks of a recorded group`() throws {
        let text = """
            pos:\t0
            flags:\t02004002
            mnt_id:\t17
            ino:\t1038
            fanotify flags:83 event-flags:88000
            fanotify ino:32e1 sdev:15 mflags:0 mask:2 ignored_mask:0 fhandle-bytes:c fhandle-type:81 f_handle:e132000

            """
        let group = try #require(FanotifyGroup(fdinfo: Array(text.utf8)))
        #expect(group.flags == 0x83 && group.reportsPidfd)
        #expect(group.marks == [FanotifyGroup.Mark(inode: 0x32E1, device: 0x15, mask: 2)])
    }

    @Test(arguments: [
        "", "pos:\t0\nflags:\t02\n", "inotify wd:1 ino:32e1 sdev:15 mask:2\n", "fanotify",
        "fanotify flags:zz event-flags:0",
        "fanotify ino:32e1 sdev:15 mflags:0 mask:2", "xfanotify flags:83 event-flags:0",
    ])
    func `a descriptor that is not a group is refused`(_ text: String) {
        #expect(FanotifyGroup(fdinfo: Array(text.utf8)) == nil)
    }
}
