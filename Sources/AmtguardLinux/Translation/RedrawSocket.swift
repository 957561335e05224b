// The redraw table in the kernel.
//
// A table with an owner (Linux 5.12) belongs to the netlink socket that created it. No other program can change or
// delete it. The kernel deletes it when the last process closes the socket. So while the service manager keeps the
// socket, the table stays over a restart of the daemon.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The socket that owns the redraw table of its network namespace.
///
/// Never blocks: the kernel carries out each request in `send`. Creating this value loads no module for rules; each of
/// its functions does (`nf_tables`, and `load` also connection tracking), if the kernel has them as modules.
public struct RedrawSocket: ~Copyable {
    private var socket: NetlinkSocket
    private let port: UInt32
    private var isOwner: Bool

    /// Whether the socket shall own the table by default. `AMTGUARD_UNOWNED_TABLE` in the environment is for tests: it
    /// makes this code act as before Linux 5.12.
    public static var ownsByDefault: Bool { unsafe getenv("AMTGUARD_UNOWNED_TABLE") == nil }

    /// Each change of the ruleset by any program costs one attempt.
    private static let mostAttempts = 8

    /// A new socket in the network namespace of the calling thread.
    ///
    /// The corresponding C functions are `socket` and `bind`.
    /// - Parameter isOwner: Whether the socket shall own the table, if the kernel supports this. Tests pass false to
    ///   act like an older kernel.
    public init(isOwner: Bool = Self.ownsByDefault) throws(Errno) {
        let opened = try NetlinkSocket(family: NETLINK_NETFILTER)
        port = try opened.port()
        socket = opened
        self.isOwner = isOwner
    }

    /// A socket that was created earlier, with the table that it owns.
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

    /// The descriptor, for the service manager to keep; it stays valid as long as this value lives.
    public var descriptor: FileDescriptor { socket.descriptor.fileDescriptor }

    /// Puts the table in force, in place of the former one, atomically.
    ///
    /// If only addresses or ports differ, only the sets are refilled. So the counters continue, and connections that
    /// are to be refused stay known. If the table is in force already, nothing is changed.
    /// - Throws: `fileExists` for a table of this name of another program, which stays; `notPermitted` without
    ///   CAP_NET_ADMIN; `resourceTemporarilyUnavailable` if other programs changed the ruleset during each of eight
    ///   attempts; `noSuchFileOrDirectory`, `notSupported` and others if the kernel lacks a part of nf_tables.
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

    /// Deletes the table, unless another program made it.
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

    /// The table in the kernel.
    ///
    /// - Throws: `notPermitted` without CAP_NET_ADMIN, `protocolNotSupported` if the kernel has no nf_tables,
    ///   `resourceTemporarilyUnavailable` if other programs changed the ruleset during each of eight attempts.
    public func read() throws(Errno) -> RedrawReading { try look().reading }

    private func look() throws(Errno) -> (reading: RedrawReading, generation: UInt32) {
        // A separate socket, so that an answer that was not read to its end has no later effect.
        var reader = RedrawTableReader(socket: try NetlinkSocket(family: NETLINK_NETFILTER), owner: port)
        for _ in 0..<Self.mostAttempts {
            let before = try reader.socket.generation()
            let reading = try reader.read()
            if try reader.socket.generation() == before { return (reading, before) }
        }
        throw .resourceTemporarilyUnavailable
    }

    /// - Returns: `nil` for no change.
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
    /// ERESTART: the ruleset has another generation than the batch requires.
    fileprivate static var rulesetChanged: Errno { Errno(rawValue: Glibc.ERESTART) }
}
