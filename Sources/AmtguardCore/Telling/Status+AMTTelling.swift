// What amtguard prints about AMT: in `amtguardctl status`, and in full in `amtguardctl firmware`.

extension Status.AMT {
    /// The state with its control mode and its version.
    var words: String {
        state + (controlMode.map { ", \($0) control mode" } ?? "") + (version.map { ", firmware \($0)" } ?? "")
    }
}

extension Status.Interface {
    /// `shared with eno1 (192.168.1.20)`
    var words: String {
        let addresses = hostAddresses.isEmpty ? "" : " (\(hostAddresses.joined(separator: ", ")))"
        switch address {
        case "shared": return "shared with \(hostInterfaces.joined(separator: ", "))\(addresses)"
        case "separate": return "separate" + (ip.map { " (\($0))" } ?? "")
        default: return address
        }
    }

    /// `Wired`
    var label: String { medium.prefix(1).uppercased() + medium.dropFirst() }
}

extension Status.Host {
    var words: String {
        let host = address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address
        return "\(host):\(port)/\(`protocol`) by \(unit ?? "uid \(uid)")"
            + (presumed == "lms" ? ", presumably Intel LMS" : "")
    }
}

// MARK: - For people

extension Status {
    /// AMT's part of `amtguardctl status`: what matters for the ports.
    var amtText: [Line] {
        var lines = [Line("AMT", amt.words)]
        lines += amt.evidence.map { Line("", "\($0.source): \($0.says)", .faint) }
        // A medium that AMT does not have is not reported.
        for interface in amt.interfaces ?? [] where interface.address != "none" {
            lines.append(Line("Address", "\(interface.medium): \(interface.words)"))
            lines.append(Line("", interface.evidence, .faint))
        }
        return lines
    }

    /// What `amtguardctl firmware` prints: each fact with its evidence, each failure on a line of its own.
    public var firmwareText: [Line] {
        var lines = [Line("AMT", amt.words, amt.state == "unknown" ? .doubtful : .plain)]
        lines += amt.evidence.map { Line("", "\($0.source): \($0.says)", .faint) }
        for reason in reasons where reason.isOfFirmware {
            lines.append(Line("", reason.says, .doubtful))
            lines += Line.advice(of: reason)
        }
        lines += answerText
        if amt.interfaces == nil { lines.append(Line("Address", "unknown: not reported yet")) }
        for interface in amt.interfaces ?? [] {
            lines.append(Line("Address", "\(interface.medium): \(interface.words)"))
            lines.append(Line("", interface.evidence, .faint))
        }
        return lines + socketText
    }

    /// The answer itself. Unknown values are grouped by reason, since one reason may apply to many.
    private var answerText: [Line] {
        guard let firmware = amt.firmware else {
            let isNone = amt.state == "impossible"
            return [Line("Answer", isNone ? "there is no firmware to ask" : "the firmware was not asked yet", .faint)]
        }
        let tone: Tone = firmware.outcome == FirmwareAnswer.Outcome.answered.word ? .good : .doubtful
        var lines = [Line("Answer", firmware.says, tone), Line("Asked", firmware.at, .faint)]
        var missing: [(reason: String, labels: [String])] = []
        for field in firmware.fields {
            if let says = field.says {
                lines.append(Line(field.label, "\(says) (\(field.source))"))
            } else if let index = missing.firstIndex(where: { $0.reason == field.unknown }) {
                missing[index].labels.append(field.label)
            } else {
                missing.append((field.unknown ?? "no reason given", [field.label]))
            }
        }
        for (reason, labels) in missing where reason != firmware.says {
            lines.append(Line("Unknown", "\(labels.joined(separator: ", ")): \(reason)", .faint))
        }
        return lines
    }

    private var socketText: [Line] {
        var lines: [Line] = []
        // One reason may apply to many ports.
        var groups: [(says: String, ports: [String])] = []
        for listener in amt.listeners ?? [] {
            let says = "\(listener.expected): \(listener.evidence)"
            let port = "\(listener.port)/\(listener.protocol)"
            if listener.expected == "unknown", let index = groups.firstIndex(where: { $0.says == says }) {
                groups[index].ports.append(port)
            } else {
                groups.append((says, [port]))
            }
        }
        lines += groups.map { Line("Listens", "\($0.ports.joined(separator: ", ")) \($0.says)") }
        guard let hosts = amt.hostListeners else { return lines + [Line("On the host", "unknown")] }
        lines += hosts.map { Line("On the host", $0.words) }
        return hosts.isEmpty ? lines + [Line("On the host", "no listener on AMT's ports: no Intel LMS")] : lines
    }
}

extension Reason {
    fileprivate var isOfFirmware: Bool {
        ["amt-unknown", "control-mode-unknown", "sockets-unknown"].contains(id) || id.hasPrefix("firmware-")
    }
}
