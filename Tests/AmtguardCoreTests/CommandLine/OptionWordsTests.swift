import AmtguardCore
import Testing

@Suite struct `The words of a command line` {
    @Test func `are taken one by one, each with its name`() {
        var words = OptionWords(["--check", "--root=/a=b", "-x=1", "file"])
        #expect(words.next() == "--check" && words.shown == "--check")
        #expect(words.next() == "--root" && words.shown == "--root=/a=b")
        #expect(words.next() == "-x=1", "only a long option takes a value behind =")
        #expect(Array(words.rest) == ["file"])
        #expect(words.next() == "file" && words.next() == nil && words.rest.isEmpty)
    }

    @Test(arguments: [
        (["--root", "/a"], "/a", 0), (["--root=/a"], "/a", 0), (["--root=/a=b", "c"], "/a=b", 1),
        (["--root", "--check"], "--check", 0), (["--root"], nil, 0), (["--root="], nil, 0), (["--root", ""], nil, 0),
    ])
    func `give the path of an option, beside it or behind it`(words: [String], path: String?, left: Int) {
        var words = OptionWords(words)
        _ = words.next()
        let misuse = OptionWords.Misuse(message: "--root needs a path")
        let found = Result { () throws(OptionWords.Misuse) in try words.path() }
        #expect(found == path.map(Result.success) ?? .failure(misuse))
        #expect(words.rest.count == left && misuse.status == 64)
    }

    @Test func `have no value where none is expected`() {
        var words = OptionWords(["--check=no", "--check", "no"])
        _ = words.next()
        #expect(throws: OptionWords.Misuse(message: "--check takes no value")) { try words.requireNoValue() }
        _ = words.next()
        #expect(throws: Never.self) { try words.requireNoValue() }
    }

    @Test func `are printable, and belong to the last one that was taken`() {
        var words = OptionWords(["a\n\u{1B}[2J", "b"])
        _ = words.next()
        #expect(words.shown == "a??[2J")
        _ = words.next()
        #expect(words.shown == "b")
    }
}
