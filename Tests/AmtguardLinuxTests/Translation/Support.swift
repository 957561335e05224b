import AmtguardCore
import Foundation
import Glibc
import Testing

@testable import AmtguardLinux

/// nft is only needed to inspect the result and to act as another program.
let hasNFT = unsafe isRoot && access("/usr/sbin/nft", X_OK) == 0
let needsNFT: Comment = "needs root and nft: rules in a network namespace of its own"

/// Recorded payloads of nf_tables' messages.
func recorded(_ name: String) throws -> [UInt8] {
    let directory = URL(filePath: #filePath).appending(path: "../../../Corpora/nftables").standardized
    return Array(try Data(contentsOf: directory.appending(path: name)))
}

/// A received message of nf_tables.
func message(_ kind: UInt32, _ payload: [UInt8]) -> NetlinkMessage {
    NetlinkMessage(type: 10 << 8 | UInt16(kind), flags: 2, sequence: 1, payload: payload[...])
}

/// The output of nft.
func listing(_ arguments: String) throws -> String {
    let directory = try TemporaryDirectory()
    try shell("nft \(arguments) >\(directory.path)/out")
    return String(decoding: directory.bytes("out") ?? [], as: UTF8.self)
}

/// Loads a ruleset with nft.
func rules(_ text: String) throws {
    let directory = try TemporaryDirectory()
    try shell("nft -f \(try directory.file("rules", text))")
}

/// Runs a command that must fail.
func refused(_ command: String) throws {
    try shell("! \(command) 2>/dev/null")
}

extension RedrawTable {
    static func of(
        _ addresses: [String] = ["198.51.100.1"], tcp: PortSet = amt, udp: PortSet = PortSet(623...623, 664...664)
    ) -> RedrawTable {
        RedrawTable(addresses: Set(addresses.compactMap { IPv4Address($0) }), tcp: tcp, udp: udp)
    }

    static let amt = PortSet(623...623, 664...664, 16992...16995)
}
