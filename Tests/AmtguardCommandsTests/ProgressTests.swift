import Testing

@testable import AmtguardCommands

@Suite struct `A line of progress` {
    private final class Screen {
        var text = ""
    }

    private func progress(_ width: Int?) -> (Progress, Screen) {
        let screen = Screen()
        return (Progress(width: width) { screen.text += $0 }, screen)
    }

    @Test func `overwrites the former one, and is erased at the end`() {
        let (progress, screen) = progress(20)
        progress.show("one two")
        progress.show("three")
        progress.clear()
        #expect(screen.text == "\rone two\rthree  \r       \r")
        progress.clear()
        #expect(screen.text.hasSuffix("e  \r       \r"), "a second time nothing is erased")
    }

    @Test func `is written once while it says the same`() {
        let (progress, screen) = progress(20)
        progress.show("x")
        progress.show("x")
        #expect(screen.text == "\rx")
        progress.clear()
        progress.show("x")
        #expect(screen.text == "\rx\r \r\rx")
    }

    @Test func `is erased with its owner`() {
        var (progress, screen): (Progress?, Screen) = progress(20)
        progress?.show("x")
        progress = nil
        #expect(screen.text == "\rx\r \r")
    }

    @Test func `never reaches the last column`() {
        let (progress, screen) = progress(5)
        progress.show("abcdefgh")
        progress.clear()
        #expect(screen.text == "\rabcd\r    \r")
    }

    @Test func `shows no control character`() {
        let (progress, screen) = progress(20)
        progress.show("a\u{1B}[2Jb\n")
        #expect(screen.text == "\ra?[2Jb?")
    }

    @Test func `is nothing where there is no terminal`() {
        let (progress, screen) = progress(nil)
        progress.show("x")
        progress.clear()
        #expect(screen.text == "")
    }
}
