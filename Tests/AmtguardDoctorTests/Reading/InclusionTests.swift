import Testing

@testable import AmtguardDoctor

@Suite struct InclusionTests {
    /// Reads files whose lines `include PATH` include others.
    static func read(
        _ machine: PaperMachine, isOnce: Bool = false
    ) -> (lines: [String], findings: [Diagnosis.Finding]) {
        let examination = Examination(.sunrpc, machine, .concerned)
        var lines = Inclusion(examination, isOnce: isOnce) { $0 }
        lines.read(["/main"])
        var read: [String] = []
        while let line = lines.next() {
            let words = line.text.split(separator: " ")
            if words.first == "include", let path = words.last {
                lines.include(String(path), in: "/etc", at: line.place)
            } else if !line.text.isEmpty {
                read.append(line.text)
            }
        }
        return (read, examination.findings)
    }

    @Test func `an included file comes where it is included`() {
        let (lines, findings) = Self.read(
            PaperMachine(files: [
                "/main": "1\ninclude /etc/d/*\n5\ninclude ./e\n7", "/etc/d/a": "2\n3", "/etc/d/b": "4", "/etc/e": "6",
            ]))
        #expect(lines == ["1", "2", "3", "4", "5", "6", "7"])
        #expect(findings.isEmpty)
    }

    @Test func `a missing main file and a pattern without files are no matter`() {
        #expect(Self.read(PaperMachine()).findings.isEmpty)
        #expect(Self.read(PaperMachine(files: ["/main": "include /etc/none/*"])).findings.isEmpty)
    }

    @Test func `a missing file is told with the line that includes it`() {
        let (lines, findings) = Self.read(PaperMachine(files: ["/main": "1\ninclude none\n2"]))
        #expect(lines == ["1", "2"])
        #expect(findings.map(\.place) == [Place("/main", 2)])
        #expect(findings.map(\.says) == ["includes \"/etc/none\", which is missing"])
    }

    @Test func `a directory instead of a file is told once`() {
        let machine = PaperMachine(
            files: ["/main": "include d\ninclude d\n1"], unreadable: ["/etc/d": Unreadable("not a regular file")])
        let (lines, findings) = Self.read(machine)
        #expect(lines == ["1"])
        #expect(findings.map(\.place) == [Place("/etc/d")])
    }

    @Test func `a loop is told, and read once`() {
        let (lines, findings) = Self.read(
            PaperMachine(files: ["/main": "1\ninclude a\n3", "/etc/a": "2\ninclude /main\ninclude /etc/./a"]))
        #expect(lines == ["1", "2", "3"])
        #expect(findings.map(\.place) == [Place("/etc/a", 2), Place("/etc/a", 3)])
    }

    @Test func `a program that reads each file once has no loops`() {
        let machine = PaperMachine(files: ["/main": "1\ninclude a\ninclude a", "/etc/a": "2\ninclude /main"])
        let (lines, findings) = Self.read(machine, isOnce: true)
        #expect(lines == ["1", "2"])
        #expect(findings.isEmpty)
    }

    @Test func `a hundred files, each including the next, are read sixteen deep`() {
        var files = ["/main": "include 1"]
        for number in 1...100 { files["/etc/\(number)"] = "\(number)\ninclude \(number + 1)" }
        let (lines, findings) = Self.read(PaperMachine(files: files))
        #expect(lines == (1...15).map(String.init))
        #expect(findings.map(\.place) == [Place("/etc/15", 2)])
    }

    @Test func `ten thousand files are read as far as the budget goes, which is told once`() {
        var files = ["/main": (1...10_000).map { "include \($0)" }.joined(separator: "\n")]
        for number in 1...10_000 { files["/etc/\(number)"] = "\(number)" }
        let (lines, findings) = Self.read(PaperMachine(files: files))
        #expect(lines.count == 511)
        #expect(findings.count == 2)
        files["/main"] = "include *"
        #expect(Self.read(PaperMachine(files: files)).lines.count == 511)
    }

    @Test func `files that include each other many times end`() {
        var files = ["/main": "include 1"]
        for number in 1...15 {
            files["/etc/\(number)"] = String(repeating: "include \(number + 1)\n", count: 100)
        }
        files["/etc/16"] = "end"
        #expect(Self.read(PaperMachine(files: files)).lines.count <= 512)
    }

    @Test func `ten thousand missing files are told twenty times`() {
        let main = (1...10_000).map { "include none\($0)" }.joined(separator: "\n")
        #expect(Self.read(PaperMachine(files: ["/main": main])).findings.count == 21)
    }

    @Test func `a pattern with many wildcards is not followed`() {
        let (_, findings) = Self.read(PaperMachine(files: ["/main": "include /*/*/*"]))
        #expect(findings.map(\.place) == [Place("/main", 1)])
    }
}
