import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct ReadingTests {
    static func lines(_ text: String) -> [SourceLine] { SourceLine.lines(of: Array(text.utf8), in: "/f") }

    // MARK: - Comments

    static let named = CommentSyntax(starts: ["#", "//"], block: ("/*", "*/"), quotes: ["\""])
    static let spaced = CommentSyntax(starts: ["#"], afterSpace: true, quotes: ["\"", "'"])
    static let asterisk = CommentSyntax(starts: [";"], block: (";--", "--;"), notBefore: "-", escapes: true)

    @Test(arguments: [
        ("a # b", "a "), ("a // b", "a "), ("a /* b */ c", "a   c"), ("a/*\nb\n*/c", "a \n\nc"),
        ("\"#\" # b", "\"#\" "),
        ("/* /* */ a", "  a"), ("a /*", "a  "), ("/* b # */ c", "  c"), ("\"open # b\nc # d", "\"open # b\nc "),
        ("/", "/"), ("", ""),
    ]) func `comments of C, C++ and the shell go, quoted ones stay`(_ text: String, _ kept: String) {
        let lines = Self.named.removingComments(from: Self.lines(text))
        #expect(lines.map(\.text).joined(separator: "\n") == kept)
    }

    @Test(arguments: [("a#b", "a#b"), ("a #b", "a "), ("#b", ""), ("'a #b' #c", "'a #b' ")])
    func `a hash within a word is no comment where a space must precede it`(_ text: String, _ kept: String) {
        #expect(Self.spaced.removingComments(from: Self.lines(text)).map(\.text) == [kept])
    }

    @Test(arguments: [("a\\;b;c", "a\\;b"), ("a;--b\n--;c", "a \nc"), (";---\na", "\na"), ("a;", "a"), ("a\\", "a\\")])
    func `Asterisk's comments go`(_ text: String, _ kept: String) {
        let lines = Self.asterisk.removingComments(from: Self.lines(text))
        #expect(lines.map(\.text).joined(separator: "\n") == kept)
    }

    @Test func `the places stay`() {
        let lines = Self.named.removingComments(from: Self.lines("/*\n*/\na"))
        #expect(lines.last == SourceLine(place: Place("/f", 3), text: "a"))
    }

    // MARK: - Words

    @Test(arguments: [
        ("a b\tc", ["a", "b", "c"]), ("a{b;}", ["a", "{", "b", ";", "}"]), ("\"a b\";", ["a b", ";"]),
        ("a\"b\"", ["a", "b"]), ("\"a\\\"b\" c", ["a\"b", "c"]), ("\"a b", ["a b"]), ("a\\", ["a\\"]), ("\"\"", [""]),
        ("", []),
    ]) func `words end at white space, marks and quotes`(_ text: String, _ words: [String]) {
        #expect(Self.lines(text).words(marks: ["{", "}", ";"]).map(\.text) == words)
    }

    @Test func `a quoted mark is none`() {
        #expect(Self.lines("\"{\" {").words(marks: ["{"]).map { $0.isMark("{") } == [false, true])
    }

    // MARK: - Settings

    @Test func `a setting is split at the first separator`() {
        let setting = Self.lines(" a = b = c ").first?.setting()
        #expect(setting == Setting(key: "a", value: "b = c", place: Place("/f", 1)))
        #expect(Self.lines("a").first?.setting() == nil)
    }

    @Test(arguments: [("\"a\"", "a"), ("'a'", "a"), ("\"a'", "\"a'"), ("\"", "\""), ("", ""), ("\"\"", "")])
    func `quotes go in pairs`(_ text: String, _ unquoted: String) {
        #expect(text.unquoted == unquoted)
    }

    // MARK: - Ports

    @Test(arguments: ["", "-1", "+1", "65536", "1e3", "0x10", "99999999999999999999", "１２", "1 2"])
    func `what is no port is told with its place`(_ text: String) {
        let examination = Examination(.sunrpc, PaperMachine(), .concerned)
        #expect(examination.port(text, of: "port", at: Place("/f", 7)) == nil)
        #expect(examination.findings.map(\.severity) == [.unknown])
        #expect(examination.findings.first?.place == Place("/f", 7))
    }

    @Test(arguments: [("0", 0...0), ("65535", 65535...65535), ("1-2", 1...2), ("00080", 80...80)])
    func `ports are read`(_ text: String, _ ports: ClosedRange<UInt16>) {
        let examination = Examination(.sunrpc, PaperMachine(), .concerned)
        #expect(examination.ports(text, of: "port", at: Place("/f", 7)) == ports)
        #expect(examination.findings.isEmpty)
    }

    @Test func `foreign text is told short and printable`() {
        let told = (String(repeating: "x", count: 1_000) + "\u{1B}[31m").told
        #expect(told.count < 70)
        #expect("\u{1B}[31m".told == "\"?[31m\"")
    }

    @Test func `twenty doubts are told, and that there are more`() {
        let examination = Examination(.sunrpc, PaperMachine(), .concerned)
        for line in 1...100 { examination.doubt("what?", at: Place("/f", line)) }
        #expect(examination.findings.count == 21)
        #expect(examination.findings.last?.place == Place("/f"))
    }

    // MARK: - Rules

    @Test func `the last line that names a port decides`() {
        var rules = PortRules(in: .concerned)
        rules.allow(1024...65535, at: Place("/f", 1))
        rules.forbid(16994...20000)
        rules.allow(16995...16995, at: Place("/f", 3))
        rules.allow(700...800, at: Place("/f", 4))
        #expect(rules.remaining.map(\.ports) == [PortSet(16992...16993), PortSet(16995...16995)])
        #expect(rules.remaining.map(\.place) == [Place("/f", 1), Place("/f", 3)])
    }
}
