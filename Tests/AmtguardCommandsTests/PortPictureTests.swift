import AmtguardCore
import Testing

@testable import AmtguardCommands

@Suite struct `The picture of the ports` {
    private static let space = PortSpace(
        required: .ofAMT, reserved: PortSet(664...664, 8080...8080, 16992...16995, 40_000...45_000),
        owned: PortSet(16992...16995), reach: PortSet(32_768...60_999), victims: PortSet(623...623))

    private func draw(_ space: PortSpace, _ width: Int, utf8: Bool = false, colours: Bool = false) -> [String] {
        PortPicture(space).render(on: Terminal(colours: colours, width: width, isUTF8: utf8))
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func `has forty columns`() {
        #expect(
            draw(Self.space, 40) == [
                "X...=.....#.........----====----------..", "623       16992     32768        60999",
                "X victim  # reserved by amtguard", "= reserved by others  - local port range",
            ])
    }

    @Test func `has eighty columns, a scale and a legend`() {
        #expect(
            draw(Self.space, 80) == [
                "X........=..........#...................--------=======--------------------.....",
                "623                 16992               32768                             60999",
                "X victim  # reserved by amtguard  = reserved by others  - local port range",
            ])
    }

    @Test(arguments: [20, 40, 80, 120, 200, 1_000])
    func `has exactly the width, and every required port is on it`(width: Int) {
        for utf8 in [false, true] {
            let lines = draw(Self.space, width, utf8: utf8)
            #expect(lines[0].count == width)
            #expect(lines.dropFirst().allSatisfy { $0.count <= width }, "\(lines)")
            for port in [623, 16992] {
                let sign = Array(lines[0])[port * width / 65_536]
                #expect("X#✗█".contains(sign), "\(port) at \(width): \(sign)")
            }
            if width >= 40 {
                // Each number starts or ends below its column.
                for (number, port) in [("623", 623), ("16992", 16992), ("32768", 32_768), ("60999", 60_999)] {
                    let scale = Array(lines[1])
                    let column = port * width / 65_536
                    let starts = String(scale[min(column, scale.count)...].prefix(number.count)) == number
                    let ends = String(scale[...min(column, scale.count - 1)].suffix(number.count)) == number
                    #expect(starts || ends, "\(number) at \(width): \(lines[1])")
                }
            }
        }
    }

    @Test func `is drawn in blocks where the terminal shows them, and in ASCII else`() {
        #expect(draw(Self.space, 40, utf8: true)[0] == "✗···▒·····█·········░░░░▒▒▒▒░░░░░░░░░░··")
        #expect(draw(Self.space, 40).allSatisfy { $0.utf8.count == $0.count })
    }

    @Test(arguments: [20, 30, 40])
    func `folds what is long in the legend`(width: Int) {
        var space = Self.space
        space.reserved = PortSet()
        space.victims = PortSet()
        let lines = draw(space, width)
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(
            lines.dropFirst(2).joined(separator: " ").split(separator: " ").joined(separator: " ").hasPrefix(
                "o required, not reserved, outside the local port range"))
    }

    @Test func `shows the gravest of each column`() {
        func first(_ change: (inout PortSpace) -> Void) -> Character? {
            var space = PortSpace(required: .ofAMT, reserved: .ofAMT, owned: .ofAMT, reach: PortSet(1024...65_535))
            change(&space)
            return draw(space, 40)[0].first
        }
        #expect(first { _ in } == "#")
        #expect(first { $0.owned = PortSet(16992...16995) } == "%")
        #expect(first { $0.owned = PortSet(623...623) } == "#")
        #expect(first { $0.reserved = PortSet(623...623) } == "#")
        #expect(first { $0.reserved = PortSet() } == "o")
        #expect(first { $0.reserved = nil } == "?")
        #expect(
            first {
                $0.reserved = PortSet(); $0.reach = PortSet(1...65_535)
            } == "!")
        #expect(
            first {
                $0.reserved = PortSet(); $0.reach = nil
            } == "!")
        #expect(
            first {
                $0.victims = PortSet(664...664); $0.reserved = nil
            } == "X")
        #expect(first { $0.required = PortSet(16992...16995) } == "#")
        #expect(
            first {
                $0.required = PortSet(); $0.owned = PortSet()
            } == "=")
        #expect(
            first {
                $0.required = PortSet(); $0.reserved = PortSet()
            } == "-")
        #expect(first { $0 = PortSpace() } == ".")
    }

    @Test func `is coloured by the stroke`() {
        let line = draw(Self.space, 40, colours: true)[0]
        #expect(line.hasPrefix("\u{1B}[1;31mX\u{1B}[0m\u{1B}[2m...\u{1B}[0m=\u{1B}[2m"))
    }

    @Test func `of sets that are not valid is drawn all the same`() throws {
        var ports = Status.Ports(
            required: .ofAMT, reserved: nil, owned: PortSet(), unowned: PortSet(), choice: nil, takers: nil, holds: nil)
        ports.required = "\u{1B}[2J"
        ports.owned = "1-"
        #expect(draw(PortSpace(ports, victims: nil), 40)[0].contains("\u{1B}") == false)
    }
}

@Suite struct `The width and the encoding` {
    @Test(
        arguments: [
            (nil, nil, 80), (nil, 132, 132), ("100", 132, 100), ("100", nil, 100), ("x", 132, 132), ("", nil, 80),
            ("0", 132, 132), ("-1", nil, 80), ("100000", nil, 80), (nil, 0, 80), ("19", 20, 20),
        ] as [(String?, Int?, Int)])
    func `are what the user says, else what the terminal says`(columns: String?, window: Int?, width: Int) {
        #expect(Terminal.width(columns: columns, window: window) == width)
    }

    @Test(
        arguments: [
            ([nil, nil, "de_DE.UTF-8"], true), (["C", nil, "de_DE.UTF-8"], false), (["", nil, "C.utf8"], true),
            ([nil, nil, nil], false), ([nil, "de_DE@euro", "C.UTF-8"], false), (["de_DE.UTF-8@x"], true),
            (["de_DE.ISO-8859-1"], false), (["."], false),
        ] as [([String?], Bool)])
    func `are those of the locale`(variables: [String?], isUTF8: Bool) {
        #expect(Terminal.isUTF8(variables) == isUTF8)
    }
}

@Suite struct `The tables` {
    @Test func `have columns as wide as their widest cell, and no foreign command`() {
        var table = Columns("A", "LONG", "C")
        table.add(.init("wide cell"), .init("\u{1B}[2J"), .init(""))
        #expect(table.render(on: Terminal(colours: false)) == "A          LONG  C\nwide cell  ?[2J")
    }

    @Test(arguments: [40, 60, 80])
    func `are no wider than a terminal, and break no word`(width: Int) {
        var table = Columns("PORT", "EXPOSURE", "USED BY")
        let taker = "tcp 192.0.2.20:16992 to 198.51.100.7:443, syn-sent, a.scope (uid 1000): perhaps a victim"
        table.add(.init("16992"), .init("reserved, and outside the local port range anyway", .good), .init(taker))
        table.add(.init("16993"), .init("exposed"), .init("-"))
        let lines = table.render(on: Terminal(colours: false, width: width, folds: true)).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        let words = Set(lines.flatMap { $0.split(separator: " ") })
        #expect(taker.split(separator: " ").allSatisfy(words.contains))
        let unfolded = table.render(on: Terminal(colours: false, width: width))
        #expect(unfolded.split(separator: "\n").count == 3 && unfolded.contains(taker))
    }

    @Test func `of the ports show the condition of each, its holds and its users`() {
        let socket = LocalSocket(
            .tcp, .v4(IPv4Address(bits: 0xC000_0214)), port: 16992, .synSent, uid: 1000, unit: "a.scope")
        var takers = SocketJudgement(SocketReading([socket]), [Claim(tcp: .ofAMT, udp: .ofAMTsUDP, doubt: "x")]).takers
        let address = IPv4Address(bits: 0xC000_0214)
        takers?[16992]?.count = 9
        let ports = Status.Ports(
            required: PortSet(623...623, 16992...16992), reserved: PortSet(16992...16992), owned: PortSet(),
            unowned: PortSet(),
            choice: KernelChoice(ephemeralRange: 32_768...60_999, unprivilegedStart: 1024, autobindReuse: true),
            takers: takers, holds: [Hold(address, 16992), Hold(address, 16992, .udp)])
        let text = PortsCommand.drawing(ports, victims: nil)(Terminal(colours: false))
        for line in [
            "623    not reserved, outside the local port range         -                             -",
            "16992  reserved, and outside the local port range anyway  192.0.2.20, 192.0.2.20 (udp)  tcp 192.0.2.20:16992, syn-sent, a.scope "
                + "(uid 1000): perhaps a victim",
            "                                                                             and 8 more",
            "ip_autobind_reuse is on: ",
        ] {
            #expect(text.contains(line), "\(text)")
        }
    }
}
