import AmtguardCore
import AmtguardLinux
import CLinux
import Glibc
import SystemPackage

extension FuzzTarget {
    /// A netlink datagram; and the same bytes as the payload of one message of each kind.
    @Sendable static func netlink(_ bytes: [UInt8]) throws(Violation) {
        for message in try messages(bytes) ?? [] { try interpret(message) }
        for type in [RTM_NEWLINK, RTM_NEWADDR, Int(SOCK_DIAG_BY_FAMILY), Int(NLMSG_ERROR), Int(NLMSG_DONE)] {
            let datagram = NetlinkMessage.request(type: UInt16(type), flags: 0, sequence: 1, payload: bytes)
            let messages = try messages(datagram)
            try require(messages?.map { Array($0.payload) } == [bytes], "a request is one message with its payload")
            for message in messages ?? [] { try interpret(message) }
        }
    }

    /// The payload of one message of ctnetlink.
    @Sendable static func conntrack(_ bytes: [UInt8]) throws(Violation) {
        let datagram = NetlinkMessage.request(type: 0x100, flags: 0, sequence: 1, payload: bytes)
        for message in try messages(datagram) ?? [] {
            let entry = try orBadMessage { () throws(Errno) in try ConntrackEntry(message) }
            guard let entry = entry ?? nil else { continue }
            let flow = entry.flow
            try require(flow.isAnswered == entry.status.contains(.answered), "a flow knows whether it was answered")
            for end in [flow.origin, flow.remote, flow.translated] { try requireOneLine("\(end)", atMost: 60) }
            // Unknown attributes have no effect.
            let longer = NetlinkMessage.request(
                type: 0x100, flags: 0, sequence: 1, payload: bytes + [4, 0, 0xFF, 0x3F])
            for message in bytes.count % 4 == 0 ? try messages(longer) ?? [] : [] {
                let again = try orBadMessage { () throws(Errno) in try ConntrackEntry(message) }
                try require(again == entry, "an unknown attribute changes nothing")
            }
        }
    }

    private static func messages(_ datagram: [UInt8]) throws(Violation) -> [NetlinkMessage]? {
        let messages = try orBadMessage { () throws(Errno) in try NetlinkMessage.parse(datagram[...]) }
        let most = datagram.count / NetlinkMessage.headerLength
        try require((messages ?? []).count <= most, "no more messages than there are bytes for")
        return messages
    }

    private static func interpret(_ message: NetlinkMessage) throws(Violation) {
        let interface = try orBadMessage { () throws(Errno) in try HostInterface(link: message) }
        if let interface = interface ?? nil {
            try require(interface.index > 0 && !interface.name.isEmpty, "an interface has an index and a name")
            try requireOneLine(interface.name + (interface.kind ?? ""), atMost: 90)
        }
        let address = try orBadMessage { () throws(Errno) in try InterfaceAddress(message) }
        if let address = address ?? nil { try require(address.index > 0, "an address is on an interface") }
        for transport in [LocalSocket.TransportProtocol.tcp, .udp] {
            let entry = try orBadMessage { () throws(Errno) in try SocketEntry(message, transport) }
            guard let socket = (entry ?? nil)?.socket else { continue }
            try requireOneLine("\(socket.address)\(socket.remote.map { "\($0)" } ?? "")", atMost: 100)
        }
        do throws(Errno) {
            try message.requireSuccess()
        } catch {
            try require((1...4_095).contains(error.rawValue), "an error that the kernel has: \(error.rawValue)")
        }
    }

    /// - Returns: `nil` for bytes that do not fit. Another error would come from the system, which is not called.
    static func orBadMessage<Value>(_ parse: () throws(Errno) -> Value) throws(Violation) -> Value? {
        do throws(Errno) {
            return try parse()
        } catch {
            try require(error == .badMessage, "bytes that do not fit are a bad message: \(error)")
            return nil
        }
    }

    /// The events of a fanotify group.
    @Sendable static func fanotify(_ bytes: [UInt8]) throws(Violation) {
        let (events, isWhole) = FanotifyEvent.parse(bytes[...])
        try require(events.count * 24 <= bytes.count, "no more events than there are bytes for")
        for event in events {
            try require(event.pid >= 0 && (event.file ?? 0) >= 0, "no event names a process or a file below zero")
        }
        let twice = FanotifyEvent.parse((bytes + bytes)[...])
        guard isWhole else {
            // Nothing after an invalid position is trusted, unless the bytes were only cut short.
            return try require(twice.events.starts(with: events), "what came first stays: \(events)")
        }
        try require(twice.events == events + events && twice.isWhole, "each event stands for itself: \(events)")
    }

    /// One event of the program on writes of the list.
    @Sendable static func writeEvents(_ bytes: [UInt8]) throws(Violation) {
        guard let event = WriteEvent.parse(bytes[...]) else { return }
        let writer = event.writer
        try require(writer.pid > 0 && writer.parent?.pid != 0, "a writer has a pid")
        if let unit = writer.unit {
            try requireOneLine(unit, atMost: 255)
            try require(!unit.utf8.contains(UInt8(ascii: "/")), "a unit is one part of the path: \(unit)")
        }
        for command in [writer.command, writer.parent?.command] {
            if let command { try requireOneLine(command, atMost: 16 * 3) }
        }
        let wish = event.wish
        try require(event.text != nil || wish.text != .ports(PortSet()), "what was not shown is no list of ports")
        try require(!event.isDenied || wish.text == .refused, "what was denied is refused")
        try require(WriteEvent.parse((bytes + [0])[...]) == nil, "nothing stands behind an event")
        if let last = bytes.indices.last {
            try require(WriteEvent.parse(bytes[..<last]) == nil, "a part of an event is none")
        }
    }

    /// The files of a writer in `/proc/PID`: its control groups and its name.
    @Sendable static func processFiles(_ bytes: [UInt8]) throws(Violation) {
        if let unit = ControlGroup.unit(cgroup: bytes) {
            try requireOneLine(unit, atMost: 255)
            try require(!unit.utf8.contains(UInt8(ascii: "/")), "a unit is one part of the path: \(unit)")
        }
        if let command = WriterLookup.command(bytes) { try requireOneLine(command, atMost: 43) }
    }
}
