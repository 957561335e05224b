import AmtguardCore

// The other programs of a storm.

extension StormGround {
    /// Another program writes the list. The watch may show it.
    mutating func write() {
        let act = move()
        let isSlow = kernel.program != nil && act.changesAll && random.chance(0.1)
        let lost = kernel.program?.lost ?? 0
        kernel.write(act, by: writer(), isSlow: isSlow)
        journal?.append("another program: \(act)\(isSlow ? ", later" : ""), so \(kernel.list.ports)")
        if kernel.program?.lost ?? 0 > lost { count(.lostWrite) }
        if watch.kind == .bpf {
            isShown = true
        } else if watch.kind != .none, random.chance(0.8) {
            if case .refused = act { return }
            isShown = true
        }
    }

    /// Ports that never existed before, so that each write leaves a unique list, and sometimes some of the required
    /// ones.
    private mutating func move() -> Stranger.Act {
        let mark = 20_000 + UInt16(truncatingIfNeeded: kernel.list.strangersWrites % 19_000)
        var ranges = [mark...mark]
        let draw = random.next()
        if draw & 1 == 0 {
            for (index, port) in ([8_080, 623, 16_992, 16_995] as [UInt16]).enumerated()
            where draw >> (8 * UInt64(index) + 8) & 7 == 0 {
                ranges.append(port...port)
            }
        }
        switch draw >> 56 {
        case 0..<150:
            count(.replacement)
            guard draw >> 40 & 0x3FF == 0 else { return .replace(PortSet(merging: ranges)) }
            count(.longList)
            return .replace(PortSet(merging: ranges + Self.many))
        case 150..<220:
            count(.addition)
            return .join(PortSet(merging: ranges))
        case 220..<240:
            count(.garbled)
            return .garble(PortSet(merging: ranges))
        default:
            count(.refusedWrite)
            // Otherwise a later write could look like this one.
            return .refused(draw >> 55 & 1 == 0 ? nil : PortSet(40_000...40_000))
        }
    }

    /// So many that one write can't replace them.
    private static let many = stride(from: UInt16(50_000), to: 54_002, by: 2).map { $0...$0 }

    mutating func writer() -> Writer {
        Writer(pid: Int32.random(in: 1...9, using: &random), command: Self.names[Int.random(in: 0..<3, using: &random)])
    }

    private static let names = ["sysctl", "tuned", "systemd-sysctl"]
}
