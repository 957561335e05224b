import AmtguardTestTools
import Foundation
import Testing

@testable import AmtguardCore

@Suite struct `The JSON` {
    static let scenes: [(String, @Sendable () -> Status)] = [
        ("protected", { Scene().status }),
        ("before anything", { Guardian(remembering: Memory(scope: scope)).status }),
        ("not needed", { Scene(presence: .without).status }),
        (
            "repaired",
            {
                var scene = Scene()
                scene.overwrite(with: "5000-5010", by: sysctl)
                return scene.status
            }
        ),
        (
            "repaired, the writer unknown",
            {
                var scene = Scene(choice: nil)
                scene.overwrite(with: "", by: Writer(pid: 1))
                scene.overwrite(with: "")
                return scene.status
            }
        ),
        (
            "repaired, and nobody knows when it broke",
            {
                var scene = Scene(list: "8080")
                scene.list = "8080"
                scene.now += 7
                scene.look(.audit)
                return scene.status
            }
        ),
        (
            "repeatedly overwritten",
            {
                var scene = Scene(list: "623")
                for pid: Int32 in 1...10 {
                    scene.overwrite(
                        with: "8080", by: Writer(pid: pid, command: "a\u{1B}\(pid)", unit: "\u{9B}.service"))
                }
                return scene.status
            }
        ),
        (
            "unreadable",
            {
                var scene = Scene(looking: false)
                scene.unreadable = .malformed("\"quoted\\")
                scene.look(.request)
                return scene.status
            }
        ),
        (
            "full of foreign text",
            {
                var scene = Scene()
                scene.overwrite(with: "", by: Writer(pid: 7, command: "a\n\u{1B}\"\\\u{0}\u{9B}", unit: "é→\u{1F600}"))
                return scene.status
            }
        ),
        (
            "provisioned, with LMS",
            {
                var scene = Scene()
                scene.hear(.provisioned(.admin))
                return scene.status
            }
        ),
        (
            "provisioned, and then silent",
            {
                var scene = Scene()
                scene.hear(.provisioned(.client))
                scene.see(.firmware(.failed(.abandoned)))
                scene.see(.interfaces(nil))
                scene.see(.sockets(nil))
                return scene.status
            }
        ),
        (
            "with victims and a hold",
            {
                var scene = Scene()
                scene.hear(.provisioned(.admin))
                scene.see(
                    .sockets(
                        SocketReading(
                            [
                                .connection("192.0.2.20", 16994, to: "198.51.100.7"),
                                .listener("192.0.2.20", 16995).with {
                                    $0.state = .bound
                                    $0.isOwn = true
                                },
                                .listener("192.0.2.20", 16993, unit: "a\u{1B}[2J\n\"\\").with {
                                    $0.retransmissions = 255
                                },
                            ], omitted: 7)))
                return scene.status
            }
        ),
        (
            "held, but for two",
            {
                var scene = Scene()
                scene.sockets.obstacles = [
                    Hold(ip("192.0.2.20"), 623): .notPermitted, Hold(ip("192.0.2.20"), 16993): .occupied("\u{1B}[2J"),
                ]
                scene.hear(.provisioned(.admin))
                return scene.status
            }
        ),
        (
            "probed",
            {
                var scene = Scene()
                scene.see(
                    .probe(
                        ProbeRecord(
                            probe(shared: nil, [623: .silent, 664: .busy("\u{1B}"), 16992: .notPermitted]), at: at(1))))
                return scene.status
            }
        ),
        (
            "no answer",
            {
                var scene = Scene()
                scene.see(.firmware(.failed(.malformed("\u{1B}[2J"))))
                return scene.status
            }
        ),
        (
            "prevented",
            {
                var scene = Scene(list: "5000", watch: Watch(.bpf))
                scene.wish(replacing: "7000")
                return scene.status
            }
        ),
        (
            "translated",
            {
                var scene = Scene()
                scene.see(.redrawTable(scene.table, .request))
                let chain = Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING")
                scene.see(
                    .translation(
                        Translation(
                            chains: [chain], hasLegacyTable: false, published: [.init(.tcp, port: 16993, in: chain)])))
                scene.hear(.provisioned(.admin))
                let flow = TranslatedFlow(
                    .tcp, from: LocalSocket.Endpoint(.v4(ip("10.88.0.2")), port: 40123),
                    to: LocalSocket.Endpoint(.v4(ip("198.51.100.7")), port: 443),
                    as: LocalSocket.Endpoint(.v4(ip("192.0.2.20")), port: 16994))
                scene.see(.flows(FlowReading([flow])))
                return scene.status
            }
        ),
    ]

    @Test(arguments: scenes)
    func `of a status is read back by any decoder as the same status`(
        name: String, status: @Sendable () -> Status
    ) throws {
        let status = status()
        let text = status.json.description
        #expect(try JSONDecoder().decode(Status.self, from: Data(text.utf8)) == status, "\(name)")
        #expect(text.oneLineOnly, "\(name)")
    }

    /// An update replaces amtguardctl at once, but the daemon only when it is restarted.
    @Test func `of an older daemon is read`() throws {
        let report = try JSONDecoder().decode(
            Status.self, from: Data(Repository.text("Tests/Reports/before-translation.json").utf8))
        #expect(report.verdict.known == .protected && report.nat == nil && report.prevented == nil)
    }

    @Test func `keeps the order of its keys`() {
        let value: JSON = ["b": .number(1), "a": ["z": .null, "y": .array([.bool(true), .bool(false)])], "c": [:]]
        #expect(value.description == #"{"b":1,"a":{"z":null,"y":[true,false]},"c":{}}"#)
    }

    @Test(arguments: [
        ("", #""""#), ("a\"b\\c", #""a\"b\\c""#), ("\n", #""\n""#), ("\r\n\t", #""\u000d\n\u0009""#),
        ("\u{0}\u{1F}\u{20}", #""\u0000\u001f ""#),
        ("\u{7F}\u{80}\u{9B}\u{9F}\u{A0}", #""\u007f\u0080\u009b\u009f\u00a0""#),
        ("é→\u{1F600}", "\"é→\u{1F600}\""), ("/", "\"/\""),
    ])
    func `escapes what a reader or a terminal would obey`(text: String, json: String) throws {
        #expect(JSON.string(text).description == json)
        #expect(try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8)) == [text])
    }

    @Test func `holds the largest numbers`() {
        #expect(JSON.number(.min).description == "-9223372036854775808")
        #expect(JSON(Int64?.none).description == "null" && JSON(String?.none).description == "null")
    }

    @Test func `of any value has every key, also without a value`() {
        struct Numbers: Encodable {
            var a: Bool?, b: String?, c: Int?, d: Int8?, e: Int16?, f: Int32?, g: Int64?
            var h: UInt?, i: UInt8?, j: UInt16?, k: UInt32?, l: UInt64?, m: [Int?]?
        }
        #expect(
            JSON(encoding: Numbers()).description
                == "{" + "abcdefghijklm".map { #""\#($0)":null"# }.joined(separator: ",") + "}")
        let full = Numbers(
            a: true, b: "", c: 1, d: 2, e: 3, f: 4, g: 5, h: 6, i: 7, j: 8, k: 9, l: 10, m: [11, nil])
        #expect(
            JSON(encoding: full).description == #"{"a":true,"b":"","c":1,"d":2,"e":3,"f":4,"g":5,"#
                + #""h":6,"i":7,"j":8,"k":9,"l":10,"m":[11,null]}"#)
    }

    @Test func `has the gaps that a value writes itself`() {
        struct Gaps: Encodable {
            func encode(to encoder: any Encoder) throws {
                var object = encoder.container(keyedBy: Key.self)
                try object.encodeNil(forKey: .none)
                var list = object.nestedUnkeyedContainer(forKey: .some)
                try list.encodeNil()
                try list.encode(list.count)
            }

            private enum Key: CodingKey { case none, some }
        }
        #expect(JSON(encoding: Gaps()).description == #"{"none":null,"some":[null,1]}"#)
    }
}
