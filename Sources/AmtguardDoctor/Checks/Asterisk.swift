import AmtguardCore

extension Check {
    /// Asterisk binds a UDP port for each stream of sound and picture (RTP), and for each fax (UDPTL). The defaults are
    /// 5000-31000 and 4000-4999 (`res/res_rtp_asterisk.c`, `main/udptl.c`); the sample file that packages install says
    /// 10000-20000.
    static let asterisk = Check("asterisk", of: "Asterisk", "the ports of calls") { examination in
        let directory = "/etc/asterisk"
        let ranges = [
            AsteriskRange(file: "rtp.conf", low: "rtpstart", high: "rtpend", preset: 5000...31000, of: "sound (RTP)"),
            AsteriskRange(
                file: "udptl.conf", low: "udptlstart", high: "udptlend", preset: 4000...4999, of: "fax (UDPTL)"),
        ]
        guard ["rtp.conf", "asterisk.conf"].contains(where: { examination.lines(ifAny: "\(directory)/\($0)") != nil })
        else { return }
        for range in ranges { examination.judge(range, in: directory) }
    }
}

private struct AsteriskRange {
    var file: String
    var low: String
    var high: String
    /// The default limits, used without a line or if the limits are reversed.
    var preset: ClosedRange<UInt16>
    var of: String
}

extension Examination {
    fileprivate func judge(_ range: AsteriskRange, in directory: String) {
        let main = "\(directory)/\(range.file)"
        let change = "\(range.low)=20000 and \(range.high)=30000 below [general] in \(main)."
        var limits: [String: (port: UInt16, place: Place)] = [:]
        for setting in asteriskSettings(main, in: directory) where setting.key == range.low || setting.key == range.high
        {
            guard let port = port(setting.value, of: setting.key, at: setting.place) else { return }
            // Of several lines the last one counts. Asterisk replaces a port below 1024 by 1024.
            limits[setting.key] = (max(port, 1024), setting.place)
        }
        let place = limits[range.low]?.place ?? limits[range.high]?.place ?? Place(main)
        let low = limits[range.low]?.port ?? range.preset.lowerBound
        let high = limits[range.high]?.port ?? range.preset.upperBound
        guard low < high else {
            doubt("\(range.low) \(low) is not below \(range.high) \(high), so Asterisk ignores both", at: place)
            return judge(
                choiceOf: PortSet(range.preset), .udp, "\(range.of) comes from ports \(PortSet(range.preset))",
                at: place, change: change)
        }
        judge(
            choiceOf: PortSet(low...high), .udp,
            "\(range.of) comes from ports \(low)-\(high)\(limits.isEmpty ? ", the default" : "")", at: place,
            change: change)
    }

    /// The settings of `[general]`, keys in lower case.
    private func asteriskSettings(_ main: String, in directory: String) -> [Setting] {
        let syntax = CommentSyntax(starts: [";"], block: (";--", "--;"), notBefore: "-", escapes: true)
        var lines = Inclusion(self) { syntax.removingComments(from: $0) }
        lines.read([main])
        var section = ""
        var settings: [Setting] = []
        while let line = lines.next() {
            let text = line.text.trimmed
            if text.hasPrefix("[") {
                section = text.dropFirst().prefix { $0 != "]" }.lowercased()
            } else if text.hasPrefix("#include") || text.hasPrefix("#tryinclude") {
                let path = text.drop { !$0.isWhitespace }.trimmed
                let isEnclosed = path.hasPrefix("<") && path.hasSuffix(">") && path.utf8.count > 2
                lines.include(
                    isEnclosed ? String(path.dropFirst().dropLast()) : path.unquoted, in: directory, at: line.place)
            } else if section == "general", let setting = line.setting() {
                // `=>` is the same as `=`.
                let value = setting.value.hasPrefix(">") ? setting.value.dropFirst().trimmed : setting.value
                settings.append(Setting(key: setting.key.lowercased(), value: value, place: line.place))
            }
        }
        return settings
    }
}
