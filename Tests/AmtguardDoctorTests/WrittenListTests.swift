import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct WrittenListTests {
    /// Each was written to the kernel's own file, Linux 6.18.
    @Test(arguments: [
        ("", PortSet()), ("0", PortSet(0...0)), ("65535", PortSet(65535...65535)), ("1,2,", PortSet(1...2)),
        ("0x10", PortSet(16...16)), ("1,0x10-0x20", PortSet(1...1, 16...32)), ("0664", PortSet(436...436)),
        ("00000000000000001-2", PortSet(1...2)), ("623,664,16992-16995", .ofAMT),
    ])
    func `what the kernel takes is taken as it takes it`(_ value: String, _ ports: PortSet) {
        #expect(WrittenList(value).ports == ports)
    }

    @Test(arguments: [
        (",1", "there is nothing before a comma"), ("1,,2", "there is nothing before a comma"),
        ("1 ,2", "blanks are not allowed"), ("5000-5010, 6000", "blanks are not allowed"),
        ("1\t2", "blanks are not allowed"), ("\"1\"", "quotation marks are part of the value"),
        ("'1'", "quotation marks are part of the value"), ("089", "089 is no port and no range"),
        ("08", "08 is no port and no range"), ("0x", "0x is no port and no range"), ("65536", "65536 is above 65535"),
        ("10-5", "the range 10-5 is reversed"), ("1-2-3", "1-2-3 is no port and no range"),
        ("1-", "1- is no port and no range"), ("1-,2", "1- is no port and no range"),
        ("-5", "-5 is no port and no range"), ("+5", "+5 is no port and no range"),
        ("1;2", "1;2 is no port and no range"), ("http", "http is no port and no range"),
        ("99999999999999999999999", "99999999999999999999999 is above 65535"),
        ("0000000000000000000000000001", "0000000000000000000000000001 is no port and no range"),
        ("8080 # web", "a comment on the same line is a part of the value"),
    ])
    func `what the kernel refuses is refused, and why`(_ value: String, _ why: String) {
        let list = WrittenList(value)
        #expect(list.ports == nil)
        #expect(list.fault == why)
    }

    @Test(arguments: [
        ("\"8080,8443\"", PortSet(8080...8080, 8443...8443)), ("8080, 8443", PortSet(8080...8080, 8443...8443)),
        ("8080 # web", PortSet(8080...8080)),
    ])
    func `what was meant is offered where it is clear`(_ value: String, _ meant: PortSet) {
        #expect(WrittenList(value).meant == meant)
    }

    @Test(arguments: ["http", "10-5", "70000"]) func `no guess where it is not`(_ value: String) {
        #expect(WrittenList(value).meant == nil)
    }

    @Test func `an octal number is told`() {
        #expect(WrittenList("0664").fault == "the kernel reads 0664 as octal, that is port 436")
        #expect(WrittenList("07,7").fault == "the kernel reads 07 as octal, that is port 7")
        #expect(WrittenList("664").fault == nil)
    }
}
