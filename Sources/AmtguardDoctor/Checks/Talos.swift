import AmtguardCore

extension Check {
    /// Talos replaces the whole list at each boot and when its configuration changes, by default with `50000,50001`.
    static let talos = Check("talos", of: "Talos", "the sysctls of its machine configuration") { examination in
        let file = "/system/state/config.yaml"
        guard let lines = examination.lines(ifAny: file) else { return }
        let key = "net.ipv4.ip_local_reserved_ports"
        let line = lines.first { line in
            let text = line.text.trimmed
            return text.hasPrefix("\(key):") || text.hasPrefix("\"\(key)\":") || text.hasPrefix("'\(key)':")
        }
        let value = line.flatMap { $0.text.split(separator: ":", maxSplits: 1).last }.map {
            $0.prefix { $0 != "#" }.filter { !"\"'".contains($0) }.trimmed
        }
        let list = WrittenList(value ?? "50000,50001")
        let place = line?.place ?? Place(file)
        let change = "Set machine.sysctls: net.ipv4.ip_local_reserved_ports: "
        examination.judge(list: list, writtenAt: "by Talos at each boot", at: place) { "\(change)\"\($0)\"" }
    }
}
