import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct AsteriskTests {
    static let rtp = "/etc/asterisk/rtp.conf"
    static let udptl = "/etc/asterisk/udptl.conf"

    static let configurations = [
        Sample("no Asterisk", [:], found: "ok"),
        Sample(
            "asterisk-config 1:16.28.0~dfsg-0+deb11u4 and 1:22.10.1+dfsg+~cs6.17.60671434-1: the sample",
            [
                rtp: """
                ;
                ; RTP Sample
                ;
                [general]
                ; Defaults are rtpstart=5000 and rtpend=31000
                rtpstart=10000
                rtpend=20000
                ;rtpchecksums=no
                ; rtcpinterval = 5000 \t; Milliseconds between rtcp reports
                \t\t\t;(min 500, max 60000, default 5000)
                [ice_host_candidates]
                """,
                udptl: "[general]\nudptlstart=4000\nudptlend=4999\nuse_even_ports = no\n",
            ], found: "note \(rtp):6", "ok \(udptl):2"),
        Sample(
            "without lines: 5000-31000", [rtp: "[general]\n;rtpstart=20000\n"], found: "note \(rtp)", "ok \(udptl)"),
        Sample(
            "without the file", ["/etc/asterisk/asterisk.conf": "[directories](!)\n"], found: "note \(rtp)",
            "ok \(udptl)"),
        Sample(
            "above AMT's ports", [rtp: "[general](+)\nRTPstart => 20000 ; calls\nrtpend => 30000\n"],
            found: "ok \(rtp):2", "ok \(udptl)"),
        Sample(
            "in a block comment, in another section",
            [
                rtp: """
                [other]
                rtpstart=1024
                [general]
                ;--
                rtpstart=1024
                --;
                ;--- no block
                rtpstart=17000
                """
            ], found: "ok \(rtp):8", "ok \(udptl)"),
        Sample(
            "included, and faxes as well",
            [
                rtp: "[general]\n#include rtp.d/*.conf\n#tryinclude \"/etc/asterisk/none.conf\"\nrtpend=30000\n",
                "/etc/asterisk/rtp.d/site.conf": "rtpstart=16000\n",
                udptl: "#include <udptl_site.conf>\n",
                "/etc/asterisk/udptl_site.conf": "[general]\nudptlend=20000\n",
            ],
            found: "unknown \(rtp):3", "note /etc/asterisk/rtp.d/site.conf:1", "note /etc/asterisk/udptl_site.conf:2"),
        Sample(
            "reversed: Asterisk takes its default", [rtp: "[general]\nrtpstart=30000\nrtpend=20000\n"],
            found: "unknown \(rtp):2", "note \(rtp):2", "ok \(udptl)"),
        Sample(
            "no port", [rtp: "[general]\nrtpstart=70000\n"], found: "unknown \(rtp):2", "ok \(udptl)"),
    ]

    @Test(arguments: configurations) func `the ranges of calls and faxes are judged`(_ configuration: Sample) {
        #expect(configuration.findings(of: .asterisk) == configuration.found)
    }
}
