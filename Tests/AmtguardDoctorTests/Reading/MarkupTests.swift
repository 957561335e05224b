import Testing

@testable import AmtguardDoctor

@Suite struct MarkupTests {
    static func lines(_ text: String) -> [SourceLine] { SourceLine.lines(of: Array(text.utf8), in: "/f") }

    // MARK: - XML

    @Test func `tags are found with their attributes and their first line`() {
        let tags = Tag.tags(in: Self.lines("<?xml?>\n<a b='1' c = \"x y\"/>text</a><d\n e='2'>"))
        #expect(
            tags == [
                Tag(name: "a", attributes: ["b": "1", "c": "x y"], place: Place("/f", 2)),
                Tag(name: "d", attributes: ["e": "2"], place: Place("/f", 2)),
            ])
    }

    @Test(arguments: ["<!-- <a b='1'/> -->", "<!--\n<a/>\n-->", "<!-- <a/>", "</a>", "<", "", "< a>", "<!--->"])
    func `comments and stray characters are no tags`(_ text: String) {
        #expect(Tag.tags(in: Self.lines(text)).isEmpty)
    }

    @Test(arguments: ["<a b='1", "<a b=1>", "<a b", "<a b=", "<a b='1\n'>", "<a =''>"])
    func `a malformed attribute is left out`(_ text: String) {
        #expect(Tag.tags(in: Self.lines(text)) == [Tag(name: "a", attributes: [:], place: Place("/f", 1))])
    }

    // MARK: - YAML

    static func scalars(_ text: String) -> [String] {
        YAMLScalar.scalars(in: lines(text)).map { scalar in
            "\(scalar.keys.joined(separator: ".")) \(scalar.tag ?? "-") \(scalar.value) \(scalar.place.line ?? 0)"
        }
    }

    @Test(arguments: [
        ("a: 1", ["a - 1 1"]), ("a:\n  b: 'x # y' # z\nc: 2", ["a.b - x # y 2", "c - 2 3"]),
        ("a:\n- 1\n- \"2\"\nb: 3", ["a - 1 2", "a - 2 3", "b - 3 4"]), ("a:\n  - 1", ["a - 1 2"]),
        ("a: [1, '2',\n 3]\nb: 4", ["a - 1 1", "a - 2 1", "a - 3 2", "b - 4 3"]),
        ("a: !override [1]", ["a !override 1 1"]), ("a: !override\n  - 1", ["a !override  1", "a !override 1 2"]),
        ("---\n\na: ''", ["a -  3"]), ("a:b", []), ("plain", []), ("a:", []), ("{a: [", []), ("a: [", []),
    ]) func `scalars are found with the keys that lead to them`(_ text: String, _ scalars: [String]) {
        #expect(Self.scalars(text) == scalars)
    }

    @Test func `keys deeper than eight are left out`() {
        let text = (0..<600).map { String(repeating: " ", count: $0 % 300) + "k:" }.joined(separator: "\n")
        #expect(Self.scalars(text + "\na: 1") == ["a - 1 601"])
    }
}
