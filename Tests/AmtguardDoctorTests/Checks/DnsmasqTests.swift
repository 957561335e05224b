import AmtguardCore
import Testing

@testable import AmtguardDoctor

@Suite struct DnsmasqTests {
    static let main = "/etc/dnsmasq.conf"

    static let configurations = [
        Sample("no dnsmasq", [:], found: "ok"),
        Sample(
            "dnsmasq 2.90-4~deb12u2 and 2.91-1+deb13u2: all is commented out",
            [
                main: """
                # Sample file for dnsmasq.
                #port=5353
                #conf-file=/etc/dnsmasq.more.conf
                #conf-dir=/etc/dnsmasq.d
                #conf-dir=/etc/dnsmasq.d/,*.conf
                """,
                "/etc/default/dnsmasq": "CONFIG_DIR=/etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new\n",
                "/etc/dnsmasq.d/README": "# All files in this directory will be read by dnsmasq.\n",
            ], found: "ok /etc/dnsmasq.conf"),
        Sample(
            "Debian's folder",
            [
                main: "#\n", "/etc/default/dnsmasq": "# as root\nCONFIG_DIR=/etc/dnsmasq.d,.dpkg-dist,.dpkg-old\n",
                "/etc/dnsmasq.d/ports": "\nmin-port=10000\n",
                "/etc/dnsmasq.d/ports.dpkg-old": "min-port = 40000\n",
            ], found: "note /etc/dnsmasq.d/ports:2"),
        Sample("the default of versions before 2.85", [main: "max-port=65535"], found: "note \(main):1"),
        Sample("above AMT's ports", [main: "min-port = 32768 # as the kernel\n"], found: "ok \(main):1"),
        Sample("privileged", [main: "min-port=512\nmax-port=1023\n"], found: "warning \(main):1"),
        Sample("one port", [main: "query-port=664\nmin-port=1024\n"], found: "warning \(main):1"),
        Sample("0 is no port", [main: "query-port=0\nmin-port=0\n"], found: "ok \(main)"),
        Sample(
            "a folder of files with a suffix; the last line counts",
            [
                main: "min-port=1024\nconf-dir=/etc/dnsmasq.d/,*.conf\n",
                "/etc/dnsmasq.d/a.conf": "conf-file=/etc/dnsmasq.conf\nmin-port=17000\n",
                "/etc/dnsmasq.d/b.txt": "min-port=1024\n",
            ], found: "ok /etc/dnsmasq.d/a.conf:2"),
        Sample(
            "a server with a source port",
            [main: "server=/example.org/192.0.2.1#53@192.0.2.20#16995\nserver=192.0.2.3@eno1\nserver=192.0.2.4#5353\n"],
            found: "note \(main):1", "ok \(main)"),
        Sample(
            "no port, missing, reversed", [main: "conf-file=none\nquery-port=-1\nmin-port=200\nmax-port=100\n"],
            found: "unknown \(main):1", "unknown \(main):2", "unknown \(main):3"),
    ]

    @Test(arguments: configurations) func `only a range that dnsmasq has from its file can meet AMT's ports`(
        _ configuration: Sample
    ) {
        #expect(Set(configuration.findings(of: .dnsmasq)) == Set(configuration.found))
    }
}
