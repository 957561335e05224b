import AmtguardCore

extension Check {
    /// libtirpc's `bindresvport` takes a port of 512-1023 that is not in `/etc/bindresvport.blacklist`, and ignores the
    /// kernel's list. rpc.statd, ypbind and mounts of NFS version 3 use it. glibc's `bindresvport` ignores the file.
    static let bindresvport = Check("bindresvport", of: "libtirpc", "the ports of RPC programs") { examination in
        let situation = examination.situation
        let low = PortSet(512...1023)
        guard !situation.required.intersection(low).isEmpty else { return }
        let users =
            // The users of rpc.statd on Debian and on Fedora.
            examination.running(["rpc.statd", "ypbind"], byOneOf: ["root", "statd", "rpcuser"])
            + (examination.mountsNFS ? ["mounts of NFS version 3"] : [])
        guard !users.isEmpty else { return }
        let file = "/etc/bindresvport.blacklist"
        let avoided = examination.lines(file).reduce(PortSet()) { avoided, line in
            // One port per line: a number as in C, optionally followed by a comment.
            let word = line.text.prefix { $0 != "#" }.trimmed
            return avoided.union(word.isEmpty || word.contains("-") ? PortSet() : WrittenList(word).ports ?? PortSet())
        }
        let tcp = situation.tcp.intersection(low).subtracting(avoided)
        let udp = situation.udp.intersection(low).subtracting(avoided)
        guard !tcp.isEmpty || !udp.isEmpty else {
            return examination.report(.ok, "avoids AMT's ports", at: Place(file))
        }
        let free = tcp.subtracting(situation.held)
        let answers = situation.sharing.loss(of: "its answers")
        let once = "gets one of them in 1 of 200 cases, and \(answers)"
        examination.report(
            free.isEmpty || situation.sharing == .no ? .note : .warning,
            "\(users.joined(separator: ", ")) may bind \(tcp.union(udp)), which this file does not exclude",
            at: Place(file),
            consequence: !free.isEmpty
                ? "a socket \(once)"
                : udp.subtracting(situation.heldUDP).isEmpty
                    ? "amtguardd holds these ports, so a program gets the error \"Address already in use\""
                    : "amtguardd holds the TCP ports; a UDP socket \(once)",
            change: "Add a line for each of \(tcp.union(udp)), and restart these programs.")
    }
}

extension Examination {
    /// Whether a mount uses NFS version 3, whose client asks rpc.mountd from a low port. Version 4 does not.
    fileprivate var mountsNFS: Bool {
        lines("/proc/mounts").contains { line in
            let words = line.text.split(separator: " ")
            return words.count > 3 && words[2] == "nfs"
        }
    }
}
