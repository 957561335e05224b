import AmtguardCore
import Testing

@testable import AmtguardDoctor

/// `kubernetes` and `talos`.
@Suite struct ClusterTests {
    private static let manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml"
    private static let k3s = "/etc/rancher/k3s/config.yaml"
    private static let talos = "/system/state/config.yaml"

    static let nodePorts = [
        Sample("no node", [:], found: "ok"),
        Sample(
            "kubeadm's manifest, without the option",
            [manifest: "spec:\n  - command:\n    - kube-apiserver\n    - --service-cluster-ip-range=10.96.0.0/12\n"],
            found: "ok"),
        Sample(
            "the default", [manifest: "    - --service-node-port-range=30000-32767\n"], found: "ok \(manifest):1"),
        Sample(
            "wide", [manifest: "\n    - --service-node-port-range=1024-65535\n"], found: "warning \(manifest):2"),
        Sample("k3s", [k3s: "service-node-port-range: \"10000-32767\"\n"], found: "warning \(k3s):1"),
        Sample(
            "k3s, as an argument", [k3s: "kube-apiserver-arg:\n- service-node-port-range=1-65535\n"],
            found: "warning \(k3s):2"),
        Sample(
            "a base and a length", [manifest: "- --service-node-port-range=16000+992\n"], found: "warning \(manifest):1"
        ),
        Sample(
            "a base and a length that end below", [manifest: "- --service-node-port-range=16000+991\n"],
            found: "ok \(manifest):1"),
        Sample(
            "a comment", [manifest: "# - --service-node-port-range=1024-65535\n"], found: "ok"),
        Sample(
            "malformed", [manifest: "- --service-node-port-range=a-b\n- --service-node-port-range\n"], found: "ok"),
        Sample(
            "reversed and too large", [k3s: "service-node-port-range: 9-1\nservice-node-port-range: 1-99999\n"],
            found: "ok"),
    ]

    @Test(arguments: nodePorts) func `a range of NodePorts with AMT's ports alarms`(_ configuration: Sample) {
        #expect(configuration.findings(of: .kubernetes) == configuration.found)
    }

    @Test func `where no address is known to be shared, it is a note`() {
        var situation = Situation.concerned
        situation.sharing = .no
        let wide = Sample("", [Self.manifest: "- --service-node-port-range=1024-65535\n"])
        #expect(wide.findings(of: .kubernetes, in: situation) == ["note \(Self.manifest):1"])
    }

    static let sysctls = [
        Sample("no Talos", [:], found: "ok"),
        Sample("the default of Talos", [talos: "version: v1alpha1\nmachine:\n"], found: "note \(talos)"),
        Sample(
            "the documented line",
            [talos: "machine:\n  sysctls:\n    net.ipv4.ip_local_reserved_ports: 50000,50001,623,664,16992-16995\n"],
            found: "ok \(talos):3"),
        Sample(
            "in quotation marks, which YAML takes off",
            [talos: "    \"net.ipv4.ip_local_reserved_ports\": \"50000,50001,623,664,16992-16995\" # AMT\n"],
            found: "ok \(talos):1"),
        Sample(
            "others' ports alone", [talos: "    net.ipv4.ip_local_reserved_ports: \"50000\"\n"],
            found: "note \(talos):1"),
        Sample(
            "refused", [talos: "    net.ipv4.ip_local_reserved_ports: 50000, 50001\n"], found: "note \(talos):1"),
    ]

    @Test(arguments: sysctls) func `Talos writes the whole list`(_ configuration: Sample) {
        #expect(configuration.findings(of: .talos) == configuration.found)
    }

    @Test func `unguarded, with a wide range, the default of Talos is an alarm`() {
        var situation = Situation.concerned
        situation.guarding = .absent
        situation.reach = PortSet(1024...65535)
        #expect(Self.sysctls[1].findings(of: .talos, in: situation) == ["warning \(Self.talos)"])
        #expect(Self.sysctls[5].findings(of: .talos, in: situation) == ["warning \(Self.talos):1"])
        #expect(
            Check.talos.findings(on: PaperMachine(files: Self.sysctls[1].files), in: situation).first?.change
                == "Set machine.sysctls: net.ipv4.ip_local_reserved_ports: \"623,664,16992-16995,50000-50001\"")
    }
}
