// The redraw table in the kernel.
//
// A table with an owner (Linux 5.12) belongs to the netlink socket that made it. No other program can change or delete
// it, and the kernel deletes it when the socket is closed: not before the last process that has it closes it. So a
// socket that the service manager keeps keeps the table over a restart of the daemon.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The socket that owns the redraw table of its network namespace.
///
/// It never waits: the kernel carries out each request in `send`. Making it loads no module for rules; each of its
/// functions does (`nf_tables`, and `load` connection tracking), if the kernel has them as modules.
public struct RedrawSocket: ~Copyable {
    private var socket: NetlinkSocket
    private let port: UInt32
    private var isOwner: Bool

    /// Whether the table shall belong to the socket by default. `AMTGUARD_UNOWNED_TABLE` in the environment is for tests:
    /// it lets the kernel pass for one before Linux 5.12.
    public static var ownsByDefault: Bool { unsafe getenv("AMTGUARD_UNOWNED_TABLE") == nil }

    /// Each change of anything in the ruleset, by any program, takes one.
    private static let mostAttempts = 8

    /// A new socket in the network namespace of the calling thread.
    ///
    /// The corresponding C functions are `socket` and `bind`.
    /// - Parameter isOwner: Whether the table shall belong to it, if the kernel can do so. Tests pass false to act like
    ///   an older kernel.
    public init(isOwner: Bool = Self.ownsByDefault) throws(Errno) {
        let opened = try NetlinkSocket(family: NETLINK_NETFILTER)
        port = try opened.port()
        socket = opened
        self.isOwner = isOwner
    }

    /// A socket that was made earlier, with the table that it owns.
    ///
    /// - Throws: `invalidArgument` for anything but such a socket of the caller's network namespace.
    public init(adopting descriptor: consuming Descriptor, isOwner: Bool = Self.ownsByDefault) throws(Errno) {
        let opened = try NetlinkSocket(adopting: descriptor, family: NETLINK_NETFILTER)
        let port = try opened.port()
        guard port != 0 else { throw .invalidArgument }
        self.port = port
        socket = opened
        self.isOwner = isOwner
    }

    /// The descriptor, to be kept by the service manager; it stays valid as long as this value lives.
    public var descriptor: FileDescriptor { socket.descriptor.fileDescriptor }

    /// Puts the table in force, in place of what is there of it, in one step of the kernel.
    ///
    /// If only addresses or ports differ, only the sets are filled anew. So the counters go on, and connections that
    /// are to be refused stay known. If the table stands as it should, nothing is changed.
    /// - Throws: `fileExists` for a table of this name of another program, which stays; `notPermitted` without
    ///   CAP_NET_ADMIN; `resourceTemporarilyUnavailable` if others changed the ruleset during each of eight attempts;
    ///   `noSuchFileOrDirectory`, `notSupported` and others if the kernel lacks a part of nf_tables.
    public mutating func load(_ table: RedrawTable) throws(Errno) {
        let asked = isOwner
        for _ in 0..<Self.mostAttempts {
            let (reading, generation) = try look()
            guard let batch = try changes(to: table, from: reading) else { return }
            do throws(Errno) {
                return try socket.commit(batch.whole(at: generation))
            } catch Errno.rulesetChanged, Errno.noBufferSpace {
                continue
            } catch {
                // Before Linux 5.12 a table has no owner.
                guard isOwner, error == .invalidArgument || error == .notSupportedOnSocket else {
                    isOwner = asked
                    throw error
                }
                isOwner = false
            }
        }
        throw .resourceTemporarilyUnavailable
    }

    /// Takes the table away. That of another program stays.
    ///
    /// - Throws: As `load`.
    public mutating func unload() throws(Errno) {
        for _ in 0..<Self.mostAttempts {
            let (reading, generation) = try look()
            switch reading.state {
            case .absent, .foreign, .unknown: return
            case .inForce, .altered: break
            }
            var batch = NFTables.Batch()
            Self.blank.appendDeletion(to: &batch)
            do throws(Errno) {
                return try socket.commit(batch.whole(at: generation))
            } catch Errno.rulesetChanged, Errno.noBufferSpace {
                continue
            }
        }
        throw .resourceTemporarilyUnavailable
    }

    /// What the kernel shows of the table.
    ///
    /// - Throws: `notPermitted` without CAP_NET_ADMIN, `protocolNotSupported` if the kernel has no nf_tables,
    ///   `resourceTemporarilyUnavailable` if others changed the ruleset during each of eight attempts.
    public func read() throws(Errno) -> RedrawReading { try look().reading }

    private func look() throws(Errno) -> (reading: RedrawReading, generation: UInt32) {
        // A socket of its own: an answer that was not read to its end does not matter later.
        var reader = RedrawTableReader(socket: try NetlinkSocket(family: NETLINK_NETFILTER), owner: port)
        for _ in 0..<Self.mostAttempts {
            let before = try reader.socket.generation()
            let reading = try reader.read()
            if try reader.socket.generation() == before { return (reading, before) }
        }
        throw .resourceTemporarilyUnavailable
    }

    /// - Returns: `nil` for none.
    private func changes(
        to table: RedrawTable, from reading: RedrawReading
    ) throws(Errno) -> NFTables.Batch? {
        var batch = NFTables.Batch()
        switch reading.state {
        case .inForce(let present) where reading.isOwned == isOwner:
            for (set, former) in zip(table.ruleset.sets, present.ruleset.sets) where set != former {
                table.ruleset.appendRefill(of: set, to: &batch)
            }
            return batch.requests.isEmpty ? nil : batch
        case .inForce, .altered: Self.blank.appendDeletion(to: &batch)
        case .absent: break
        case .foreign, .unknown: throw .fileExists
        }
        table.ruleset.appendCreation(to: &batch, isOwned: isOwner)
        return batch
    }

    private static var blank: Ruleset { RedrawTable(addresses: [], tcp: PortSet(), udp: PortSet()).ruleset }
}

extension Errno {
    /// ERESTART: the ruleset has another generation than the batch said.
    fileprivate static var rulesetChanged: Errno { Errno(rawValue: Glibc.ERESTART) }
}
