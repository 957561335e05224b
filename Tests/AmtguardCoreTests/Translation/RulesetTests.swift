import Testing

@testable import AmtguardCore

@Suite struct `The ruleset` {
    private let table = RedrawTable(
        addresses: [ip("198.51.100.2"), ip("198.51.100.1")], tcp: "623,16992", udp: "623")

    @Test func `is told as nft prints it`() {
        #expect(
            table.ruleset.text == """
                table ip amtguard {
                \tcomment "amtguard: keeps AMT's ports from translation. Redraw=no in amtguard.conf ends it"
                \tcounter redrawn {
                \t}

                \tcounter refused {
                \t}

                \tset shared {
                \t\ttype ipv4_addr
                \t\telements = { 198.51.100.1,
                \t\t\t     198.51.100.2 }
                \t}

                \tset ports {
                \t\ttype inet_proto . inet_service
                \t\telements = { tcp . 623,
                \t\t\t     tcp . 16992,
                \t\t\t     udp . 623 }
                \t}

                \tset kept {
                \t\ttype inet_service . inet_service
                \t\telements = { 623 . 623,
                \t\t\t     16992 . 16992 }
                \t}

                \tset drawn {
                \t\ttype ipv4_addr . inet_proto . inet_service . ipv4_addr . inet_service
                \t\tsize 65535
                \t\tflags dynamic,timeout
                \t\ttimeout 30s
                \t}

                \tset stubborn {
                \t\ttype ipv4_addr . inet_proto . inet_service . ipv4_addr . inet_service
                \t\tsize 65535
                \t\tflags dynamic,timeout
                \t\ttimeout 30s
                \t}

                \tchain redraw {
                \t\ttype filter hook postrouting priority srcnat + 1; policy accept;
                \t\tip saddr @shared meta l4proto . th sport @ports ct status snat / confirmed,snat goto again
                \t}

                \tchain again {
                \t\tct original proto-src . th sport @kept add @stubborn { \(before) } drop
                \t\t\(before) @drawn add @stubborn { \(before) } drop
                \t\tadd @drawn { \(before) }
                \t\tcounter name "redrawn" drop
                \t}

                \tchain forward {
                \t\ttype filter hook forward priority filter; policy accept;
                \t\tct status ! confirmed ip saddr . meta l4proto . th sport . ip daddr . th dport @stubborn goto refuse
                \t\t\(unanswered) goto refuse
                \t}

                \tchain output {
                \t\ttype filter hook output priority filter; policy accept;
                \t\tct status ! confirmed ip saddr . meta l4proto . th sport . ip daddr . th dport @stubborn goto refuse
                \t\t\(unanswered) goto refuse
                \t}

                \tchain refuse {
                \t\tmeta l4proto tcp counter name "refused" reject with tcp reset
                \t\tcounter name "refused" reject
                \t}
                }
                """)
    }

    private let unanswered = """
        meta l4proto tcp ct direction original ct status confirmed,snat / seen-reply,confirmed,snat \
        ct reply ip daddr @shared meta l4proto . ct reply proto-dst @ports
        """
    private let before = "ct original ip saddr . meta l4proto . ct original proto-src . ip daddr . th dport"

    @Test func `gives back the table that made it`() {
        var elements = Dictionary(uniqueKeysWithValues: table.ruleset.sets.map { ($0.name, $0.elements) })
        #expect(RedrawTable(elements: elements) == table)
        elements["kept"]?.removeFirst()
        #expect(RedrawTable(elements: elements) == nil, "a set that does not fit the others")
        #expect(RedrawTable(elements: [:]) == nil, "no sets")
    }

    @Test func `has the kernel's numbers`() {
        #expect(Ruleset.Field.Kind.bytes(.tcp) == [6, 0, 0, 0] && Ruleset.Field.Kind.bytes(.udp) == [17, 0, 0, 0])
        #expect(Ruleset.Field.Kind.bytes(16992) == [0x42, 0x60, 0, 0])
        #expect(Ruleset.Field.Kind.bytes(ip("192.0.2.1")) == [192, 0, 2, 1])
        let status = [Ruleset.Status.answered, .confirmed, .sourceTranslated]
        #expect(status.map(\.rawValue) == [0x2, 0x8, 0x10], "IPS_SEEN_REPLY, IPS_CONFIRMED, IPS_SRC_NAT")
        #expect([Ruleset.Field.Kind.address, .protocol, .port].map(\.number) == [7, 12, 13])
        #expect([Ruleset.Field.Kind.address, .protocol, .port].map(\.length) == [4, 1, 2])
    }
}
