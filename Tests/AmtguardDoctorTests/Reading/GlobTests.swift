import Testing

@testable import AmtguardDoctor

@Suite struct GlobTests {
    @Test(arguments: [
        ("*.conf", "a.conf"), ("*", "a"), ("a?c", "abc"), ("[a-c]x", "bx"), ("[!a]x", "bx"), ("[]]", "]"),
        ("a**b", "ab"),
        (".*", ".a"), ("[x", "[x"), ("a*b*c", "aXbXbc"), ("[a-]", "-"), ("*[0-9]", "a7"), ("", ""),
    ]) func `names that fit`(_ pattern: String, _ name: String) {
        #expect(Glob.matches(pattern, name))
    }

    @Test(arguments: [
        ("*.conf", "a.conf.bak"), ("*", ".a"), ("?", ""), ("[a-c]", "d"), ("[!a]", "a"), ("a", "ab"), ("a*b", "a"),
        ("[a-c", "b"), ("?", "ab"), ("[", "a"), ("[]", "a"),
    ]) func `names that don't fit`(_ pattern: String, _ name: String) {
        #expect(!Glob.matches(pattern, name))
    }

    @Test func `paths are found in two directories, in the order of their names`() {
        let machine = PaperMachine(files: [
            "/etc/b/2.conf": "", "/etc/b/1.conf": "", "/etc/a/3.conf": "", "/etc/c/x": "",
        ])
        let paths = Glob.paths("/etc/*/*.conf") { (try? machine.names(in: $0)) ?? [] }
        #expect(paths == ["/etc/a/3.conf", "/etc/b/1.conf", "/etc/b/2.conf"])
    }

    @Test func `many stars take no exponential time`() {
        let pattern = String(repeating: "*a", count: 500) + "b"
        #expect(!Glob.matches(pattern, String(repeating: "a", count: 5_000)))
    }
}
