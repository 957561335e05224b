import AmtguardCore

extension Check {
    /// The kernel's own RPC (NFS, lockd) binds each connection to a port between two limits, 665 to 1023 by default,
    /// and ignores the list (`net/sunrpc/xprtsock.c`). If the module is loaded later, the limits in modprobe.d apply.
    static let sunrpc = Check("sunrpc", of: "the kernel's RPC", "the ports of NFS and lockd") { examination in
        let now = "/proc/sys/sunrpc/min_resvport"
        if let least = examination.attribute(now).flatMap({ UInt16($0) }) {
            let most = examination.attribute("/proc/sys/sunrpc/max_resvport").flatMap { UInt16($0) } ?? 1023
            examination.judge(reservedPorts: least, most, at: Place(now))
        }
        for line in ["/usr/lib/modprobe.d", "/run/modprobe.d", "/etc/modprobe.d"]
            .flatMap({ examination.lines(in: $0, suffix: ".conf") })
        {
            let words = line.text.split(whereSeparator: \.isWhitespace)
            guard words.starts(with: ["options", "sunrpc"]) else { continue }
            guard let least = words.value(of: "min_resvport") else { continue }
            examination.judge(reservedPorts: least, words.value(of: "max_resvport") ?? 1023, at: line.place)
        }
    }
}

extension Examination {
    fileprivate func judge(reservedPorts least: UInt16, _ most: UInt16, at place: Place) {
        guard least <= most else { return }
        judge(
            choiceOf: PortSet(least...most), .tcp, "connections of the kernel's RPC come from ports \(least)-\(most)",
            at: place, change: "Set sunrpc.min_resvport = 665 (the default).")
    }
}

extension [Substring] {
    /// `7` for `name=7`.
    fileprivate func value(of name: String) -> UInt16? {
        last { $0.hasPrefix("\(name)=") }.flatMap { UInt16($0.dropFirst(name.count + 1)) }
    }
}
