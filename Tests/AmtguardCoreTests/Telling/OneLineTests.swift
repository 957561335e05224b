import Foundation
import Testing

@testable import AmtguardCore

@Suite struct `Text of strangers` {
    /// Characters that reverse, hide or end a line, by name.
    static let deceptive: [(String, Unicode.Scalar)] = [
        ("ESC", "\u{1B}"), ("newline", "\n"), ("DEL", "\u{7F}"), ("CSI", "\u{9B}"), ("next line", "\u{85}"),
        ("line separator", "\u{2028}"), ("paragraph separator", "\u{2029}"),
        ("right-to-left override", "\u{202E}"), ("left-to-right embedding", "\u{202A}"),
        ("pop directional formatting", "\u{202C}"), ("right-to-left isolate", "\u{2067}"),
        ("pop directional isolate", "\u{2069}"), ("right-to-left mark", "\u{200F}"), ("Arabic letter mark", "\u{61C}"),
        ("Hebrew letter", "\u{5D0}"), ("Arabic letter", "\u{627}"), ("Arabic presentation form", "\u{FE8D}"),
        ("Adlam letter", "\u{1E900}"), ("Hebrew accent, the first of all", "\u{591}"),
        ("Arabic mark, the last of the plane's first", "\u{8FF}"),
        ("the first presentation form", "\u{FB1D}"), ("the last ligature", "\u{FDFF}"),
        ("Arabic presentation form B, the first", "\u{FE70}"), ("Cypriot letter, the first", "\u{10800}"),
        ("Mende Kikakui letter, the first", "\u{1E800}"),
        ("zero width space", "\u{200B}"), ("zero width joiner", "\u{200D}"), ("word joiner", "\u{2060}"),
        ("byte order mark", "\u{FEFF}"), ("soft hyphen", "\u{AD}"), ("invisible times", "\u{2062}"),
        ("combining grapheme joiner", "\u{34F}"), ("Hangul filler", "\u{3164}"), ("variation selector", "\u{FE0F}"),
        ("Mongolian vowel separator", "\u{180E}"), ("tag letter", "\u{E0041}"), ("no-break space", "\u{A0}"),
        ("em space", "\u{2003}"), ("ideographic space", "\u{3000}"), ("blank Braille", "\u{2800}"),
        ("private use", "\u{E000}"), ("no character", "\u{FFFF}"),
    ]

    @Test(arguments: deceptive)
    func `can't turn, hide or end a line`(name: String, scalar: Unicode.Scalar) throws {
        let foreign = "a\(scalar)b"
        #expect(foreign.oneLine == "a?b")
        #expect(Status.Line(foreign, foreign) == Status.Line("a?b", "a?b"))
        let entry = JournalEntry(.info, foreign, [("COMMAND", foreign)])
        #expect(entry.message == "a?b")
        #expect(entry.fields.map(\.value) == [scalar == "\n" ? foreign : "a?b"])

        var scene = Scene()
        scene.overwrite(with: "", by: Writer(pid: 7, command: foreign, unit: foreign))
        let shown = scene.toldEvents().map(\.journalEntry.message) + scene.status.text.flatMap { [$0.label, $0.value] }
        #expect(shown.allSatisfy { !$0.unicodeScalars.contains(scalar) })
        #expect(shown.contains { $0.contains("a?b[7] of a?b") })

        let json = scene.status.json.description
        #expect(!json.unicodeScalars.contains(scalar))
        #expect(try JSONDecoder().decode(Status.self, from: Data(json.utf8)) == scene.status)
    }

    @Test(arguments: ["", "systemd-sysctl", "naïve", "Ω≈ç√", "進程", "プロセス", "😀", "e\u{301}", "[4711] of \"x\""])
    func `is shown as it is where it only looks foreign`(text: String) {
        #expect(text.oneLine == text)
        #expect(JSON.string(text).description.contains("\\u") == false)
    }

    @Test func `may have several lines where that is wanted`() {
        #expect("a\u{202E}\n\u{1B}b\n".shown == "a?\n?b\n")
    }

    @Test(arguments: [
        ("\u{202E}", #""\u202e""#), ("\u{E0041}", #""\udb40\udc41""#), ("\u{85}", #""\u0085""#),
    ])
    func `is escaped in JSON by its units of UTF-16`(text: String, json: String) throws {
        #expect(JSON.string(text).description == json)
        #expect(try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8)) == [text])
    }
}
