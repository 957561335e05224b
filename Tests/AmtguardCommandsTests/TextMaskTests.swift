import Testing

@testable import AmtguardCommands

@Suite struct `A mask for texts` {
    private func masked(_ text: String) -> String {
        var mask = TextMask(keeping: ["16.1.25.20"])
        return mask.masked(text)
    }

    @Test(
        arguments: [
            ("00:1b:21:aa:bb:cc", "00:1b:21:xx:xx:01"), ("mac:00:1B:21:AA:BB:CC.", "mac:00:1B:21:xx:xx:01."),
            ("00-1b-21-aa-bb-cc,", "00-1b-21-xx-xx-01,"), ("\"enx001b21aabbcc\"", "\"enx001b21xxxx01\""),
            ("wlx001b21aabbcc: up", "wlx001b21xxxx01: up"),
            (
                "00:1b:21:aa:bb:cc 00:1b:21:aa:bb:cd 00:1b:21:aa:bb:cc",
                "00:1b:21:xx:xx:01 00:1b:21:xx:xx:02 00:1b:21:xx:xx:01"
            ),
            ("enx001b21aabbcc has 00:1b:21:aa:bb:cc", "enx001b21xxxx01 has 00:1b:21:xx:xx:01"),
            ("81.2.69.142", "192.0.2.1"), ("81.2.69.142:22 to 81.2.69.143:443", "192.0.2.1:22 to 192.0.2.2:443"),
            ("at 81.2.69.142.", "at 192.0.2.1."), ("addr:81.2.69.142/24", "addr:192.0.2.1/24"),
            ("81.2.69.142-81.2.69.143", "192.0.2.1-192.0.2.2"), ("(81.2.69.142)", "(192.0.2.1)"),
            ("2a00:1450:4001:81b::200e", "2001:db8::1"), ("[2a00:1450:4001:81b::200e]:443", "[2001:db8::1]:443"),
            ("fe80::21b:21ff:feaa:bbcc%eth0", "fe80::1%eth0"), ("fd12:3456::1.", "fd00::1."),
            ("::ffff:81.2.69.142", "::ffff:192.0.2.1"), ("2a00:: is", "2001:db8::1 is"),
            (
                "connected, server cira-7.example.com by user; cira-7.example.com",
                "connected, server xxxx-x.xxxxxxx.xxx by user; xxxx-x.xxxxxxx.xxx"
            ),
        ])
    func `replaces what identifies`(text: String, wanted: String) {
        #expect(masked(text) == wanted)
    }

    @Test(
        arguments: [
            "192.168.1.20 10.0.0.1 172.16.0.1 100.64.0.1", "127.0.0.1 0.0.0.0 255.255.255.0 224.0.0.251 169.254.1.1",
            "192.0.2.1 198.51.100.7:443 203.0.113.9", "00:00:00:00:00:00 ff:ff:ff:ff:ff:ff",
            ":: ::1 [::]:22 2001:db8::5 ff02::1",
            "firmware 16.1.25.20", "0:16.1.25.1885", "5.10.0-28-amd64", "1.2.3.4.5", "2026-11-29T14:45:56Z 14:45:56",
            "0000:00:16.0 8086:1e3a", "12f80028-b4b7-4b2d-aca8-46e0ff65814c", "60de5b5eaed9453cb5ea6a646e5d6536",
            "Status::JSON dead::beefy a.b.c.d", "v81.2.69.142", "81.2.69.142x", "", ":", ".", "é",
        ])
    func `keeps what does not identify`(text: String) {
        #expect(masked(text) == text)
    }

    @Test func `has replacements for more addresses than one network has`() {
        var mask = TextMask()
        let addresses = (0..<600).map { "81.2.\($0 / 256).\($0 % 256)" }
        let masked = Set(addresses.map { mask.masked($0) })
        #expect(masked.count == 600)
        #expect(
            masked.allSatisfy { $0.hasPrefix("192.0.2.") || $0.hasPrefix("198.51.100.") || $0.hasPrefix("203.0.113.") })
    }
}
