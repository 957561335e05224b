import AmtguardCore
import Testing

@Suite struct `An administrator's notation` {
    @Test(
        arguments: [
            ("623 664 16992-16995", amt), ("623,664,16992-16995", amt), ("  664\t623 , 16992-16993 16994-16995 ", amt),
            ("", ""), (" , ", ""), ("1", "1"), ("65535", "65535"), ("1-65535", "1-65535"), ("7-7", "7"),
        ] as [(String, PortSet)])
    func `is read as a set`(text: String, set: PortSet) throws {
        #expect(try PortSet(configuration: text) == set)
    }

    @Test(arguments: [
        ("0", "\"0\" is not from 1 to 65535"),
        ("70000", "\"70000\" is not from 1 to 65535"),
        ("65536", "\"65536\" is not from 1 to 65535"),
        ("99999999999999999999999", "\"99999999999999999999999\" is not from 1 to 65535"),
        ("0664", "\"0664\" has a leading zero, which the kernel would read as octal"),
        ("623 1-0664", "\"1-0664\" has a leading zero, which the kernel would read as octal"),
        ("16995-16992", "the range \"16995-16992\" is reversed"),
        ("0-10", "\"0-10\" is not from 1 to 65535"),
        ("1-2-3", "\"1-2-3\" is not a range"),
        ("623-", "\"623-\" is not a port"),
        ("-623", "\"-623\" is not a port"),
        ("623 - 664", "\"-\" is not a port"),
        ("+623", "\"+623\" is not a port"),
        ("http", "\"http\" is not a port"),
        ("6\u{FF12}3", "\"6???3\" is not a port"),
        ("623\u{1B}[2J", "\"623?[2J\" is not a port"),
    ])
    func `is refused with the word and what is wrong with it`(text: String, message: String) {
        #expect {
            try PortSet(configuration: text)
        } throws: {
            ($0 as? PortSet.WordError)?.message == message
        }
    }
}
