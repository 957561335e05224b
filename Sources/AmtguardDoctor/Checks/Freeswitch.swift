import AmtguardCore

extension Check {
    /// FreeSWITCH binds a UDP port for each stream (RTP). The default range is 16384-32768 (`src/switch_rtp.c`), which
    /// includes four of AMT's ports; its sample configurations do not set the parameters.
    static let freeswitch = Check("freeswitch", of: "FreeSWITCH", "the ports of calls") { examination in
        // The directories of packages and of `make install`.
        for directory in ["/etc/freeswitch", "/usr/local/freeswitch/conf", "/opt/freeswitch/conf"] {
            let main = "\(directory)/autoload_configs/switch.conf.xml"
            guard let lines = examination.lines(ifAny: main) else { continue }
            examination.judge(Tag.tags(in: lines), main, variables: "\(directory)/vars.xml")
        }
    }
}

extension Examination {
    fileprivate func judge(_ tags: [Tag], _ main: String, variables: String) {
        var limits: [String: (port: UInt16, place: Place)] = [:]
        for tag in tags where tag.name == "param" {
            guard let name = tag.attributes["name"]?.lowercased(), name == "rtp-start-port" || name == "rtp-end-port"
            else { continue }
            guard let value = tag.attributes["value"] else {
                return doubt("\(name) has no value", at: tag.place)
            }
            if value.isEmpty { continue }
            let text = value.hasPrefix("$${") ? self.value(of: value, in: variables) ?? value : value
            guard let port = port(text, of: name, at: tag.place) else { return }
            // 0 is the same as no parameter.
            limits[name] = port == 0 ? nil : (port, tag.place)
        }
        let place = limits["rtp-start-port"]?.place ?? limits["rtp-end-port"]?.place ?? Place(main)
        guard
            let range = ports(
                from: limits["rtp-start-port"]?.port ?? 16384, to: limits["rtp-end-port"]?.port ?? 32768,
                of: "rtp-start-port", at: place)
        else { return }
        judge(
            choiceOf: PortSet(range), .udp,
            "sound (RTP) comes from ports \(PortSet(range))\(limits.isEmpty ? ", the default" : "")", at: place,
            change: "<param name=\"rtp-start-port\" value=\"17000\"/> below <settings> in \(main).")
    }

    /// The value of `$${NAME}`, as `<X-PRE-PROCESS cmd="set" data="NAME=VALUE"/>` sets it.
    private func value(of variable: String, in path: String) -> String? {
        let name = variable.dropFirst(3).prefix { $0 != "}" }
        return Tag.tags(in: lines(path))
            .filter { $0.name.lowercased() == "x-pre-process" && $0.attributes["cmd"] == "set" }
            .compactMap { $0.attributes["data"] }
            .last { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}
