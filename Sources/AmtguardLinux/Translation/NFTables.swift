// The messages of nf_tables (nfnetlink): requests in a batch, and requests for one object.

import CLinux
import Glibc
import SystemPackage

enum NFTables {
    /// The number of a message: that of nf_tables in the upper byte.
    static func type(_ message: nf_tables_msg_types) -> UInt16 {
        UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(message.rawValue)
    }

    /// `struct nfgenmsg`, and the attributes: nfgen_family u8, version u8, res_id u16 in network order.
    static func payload(family: UInt8, _ attributes: [NetlinkAttribute]) -> [UInt8] {
        var payload: [UInt8] = [family, UInt8(NFNETLINK_V0), 0, 0]
        payload.append(attributes)
        return payload
    }

    static let headLength = 4

    /// The families that carry IPv4.
    enum Family: UInt8, Hashable {
        case inet = 1
        case ip = 2

        var name: String { self == .ip ? "ip" : "inet" }
    }

    /// Changes of the ruleset, of which the kernel makes all or none.
    struct Batch {
        private(set) var requests: [NetlinkRequest] = []

        mutating func append(_ message: nf_tables_msg_types, flags: CInt = 0, _ attributes: [NetlinkAttribute]) {
            requests.append(
                NetlinkRequest(
                    type: NFTables.type(message), flags: flags,
                    payload: NFTables.payload(family: Family.ip.rawValue, attributes)))
        }

        /// The changes with a beginning and an end.
        ///
        /// - Parameter generation: The number that the ruleset must have; otherwise the kernel changes nothing
        ///   (ERESTART).
        func whole(at generation: UInt32) -> [NetlinkRequest] {
            var requests = requests
            if !requests.isEmpty { requests[requests.count - 1].flags |= NLM_F_ACK }
            // The res_id of both is the number of nf_tables.
            var begin: [UInt8] = [0, UInt8(NFNETLINK_V0), 0, UInt8(NFNL_SUBSYS_NFTABLES)]
            let end = begin
            begin.append([NetlinkAttribute(NFNL_BATCH_GENID, generation)])
            return [NetlinkRequest(type: batchBegin, payload: begin)] + requests
                + [NetlinkRequest(type: batchEnd, payload: end)]
        }

        /// NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END.
        private var batchBegin: UInt16 { UInt16(NLMSG_MIN_TYPE) }
        private var batchEnd: UInt16 { UInt16(NLMSG_MIN_TYPE) + 1 }
    }
}

extension NetlinkMessage {
    /// The family and the attributes of a message of nf_tables; `nil` for one of another type.
    ///
    /// - Throws: `badMessage` if it is too short, or if a length does not fit.
    func fields(
        of message: nf_tables_msg_types
    ) throws(Errno) -> (family: UInt8, fields: NetlinkFields)? {
        guard type == NFTables.type(message) else { return nil }
        guard let family = payload.first, payload.count >= NFTables.headLength else { throw .badMessage }
        return (family, try payload.dropFirst(NFTables.headLength).fields())
    }
}

extension NetlinkSocket {
    /// The number of the present ruleset; each change increases it.
    mutating func generation() throws(Errno) -> UInt32 {
        let answer: NetlinkMessage
        do throws(Errno) {
            answer = try ask(type: NFTables.type(NFT_MSG_GETGEN), payload: NFTables.payload(family: 0, []))
        } catch .invalidArgument {
            // nfnetlink has no such subsystem. Without nfnetlink itself, the socket could not be created.
            throw .protocolNotSupported
        }
        guard let number = try answer.fields(of: NFT_MSG_NEWGEN)?.fields[NFTA_GEN_ID]?.number(UInt32.self) else {
            throw .badMessage
        }
        return number
    }
}
