import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct FreeswitchTests {
    static let main = "/etc/freeswitch/autoload_configs/switch.conf.xml"

    static func settings(_ params: String) -> String {
        "<configuration name=\"switch.conf\" description=\"Core Sample\">\n  <settings>\n\(params)\n  </settings>\n"
            + "</configuration>\n"
    }

    static let configurations = [
        Sample("no FreeSWITCH", [:], found: "ok"),
        Sample(
            "conf/vanilla, 2026-08: both in comments, so 16384-32768",
            [
                main: settings(
                    """
                    <!-- RTP port range -->
                    <!-- <param name="rtp-start-port" value="16384"/> -->
                    <!-- <param name="rtp-end-port" value="32768"/> -->
                    """)
            ], found: "note \(main)"),
        Sample(
            "conf/minimal, 2026-08: the same, written out",
            [
                "/usr/local/freeswitch/conf/autoload_configs/switch.conf.xml": settings(
                    """
                        <param name="rtp-start-port" value="16384"/>
                        <param name="rtp-end-port" value="32768"/>
                    """)
            ], found: "note /usr/local/freeswitch/conf/autoload_configs/switch.conf.xml:3"),
        Sample(
            "above AMT's ports", [main: settings("<param\n name='rtp-start-port'\n value = '17000' />")],
            found: "ok \(main):3"),
        Sample(
            "below them", [main: settings("<param name=\"rtp-end-port\" value=\"16900\"/>")], found: "ok \(main):3"),
        Sample(
            "in a comment over several lines",
            [main: settings("<!--\n<param name=\"rtp-start-port\" value=\"17000\"/>\n-->")], found: "note \(main)"),
        Sample(
            "variables",
            [
                main: settings("<param name=\"rtp-start-port\" value=\"$${rtp_start}\"/>"),
                "/etc/freeswitch/vars.xml": "<include><X-PRE-PROCESS cmd=\"set\" data=\"rtp_start=29152\"/></include>",
            ], found: "ok \(main):3"),
        Sample(
            "an unknown variable", [main: settings("<param name=\"rtp-start-port\" value=\"$${rtp_start}\"/>")],
            found: "unknown \(main):3"),
        Sample(
            "reversed", [main: settings("<param name=\"rtp-start-port\" value=\"40000\"/>")], found: "unknown \(main):3"
        ),
        Sample("no XML", [main: "<<param name=\"rtp-start-port\" value=\"1"], found: "unknown \(main):1"),
    ]

    @Test(arguments: configurations) func `the range of calls is judged, comments are not`(
        _ configuration: Sample
    ) {
        #expect(configuration.findings(of: .freeswitch) == configuration.found)
    }
}
