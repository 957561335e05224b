import AmtguardCore

/// All 65,536 ports, and the mark of each.
struct PortSpace {
    /// The state of a port, the most serious first: a column covers hundreds of ports and shows the most serious mark.
    enum Mark: Int, CaseIterable {
        /// A socket on it is a victim.
        case victim
        /// Required, not reserved, and in the range from which the kernel chooses.
        case exposed
        /// Required, and the list can't be read.
        case unknown
        /// Required and reserved by amtguard.
        case owned
        /// Required and reserved, but not by amtguard.
        case kept
        /// Required, not reserved, and outside the range from which the kernel chooses.
        case outside
        /// Reserved by other programs, and not required.
        case others
        /// The kernel may choose it.
        case choice
        case nothing
    }

    var required = PortSet()
    /// `nil` if the list can't be read.
    var reserved: PortSet?
    var owned = PortSet()
    /// The range from which the kernel chooses, without the reservations; `nil` if that can't be read.
    var reach: PortSet?
    var victims = PortSet()

    /// The mark of each port.
    var marks: [Mark] {
        var marks = [Mark](repeating: .nothing, count: 65_536)
        func paint(_ ports: PortSet, _ mark: Mark) {
            for range in ports.ranges {
                for port in range { marks[Int(port)] = mark }
            }
        }
        paint(reach ?? PortSet(), .choice)
        guard let reserved else {
            paint(required, .unknown)
            paint(victims, .victim)
            return marks
        }
        let missing = required.subtracting(reserved)
        paint(reserved, .others)
        paint(required.intersection(reserved), .kept)
        paint(owned.intersection(reserved), .owned)
        paint(missing, .outside)
        paint(reach.map(missing.intersection) ?? missing, .exposed)
        paint(victims, .victim)
        return marks
    }

    /// The numbers for the scale, the most important first.
    var landmarks: [UInt16] {
        required.ranges.map(\.lowerBound) + (reach?.ranges ?? []).flatMap { [$0.lowerBound, $0.upperBound] } + [
            .max, 0,
        ]
    }
}

extension PortSpace.Mark {
    /// The sign in the picture.
    func sign(isUTF8: Bool) -> Character {
        switch self {
        case .victim: isUTF8 ? "✗" : "X"
        case .exposed: isUTF8 ? "○" : "!"
        case .unknown: "?"
        case .owned: isUTF8 ? "█" : "#"
        case .kept: isUTF8 ? "▓" : "%"
        case .outside: isUTF8 ? "◌" : "o"
        case .others: isUTF8 ? "▒" : "="
        case .choice: isUTF8 ? "░" : "-"
        case .nothing: isUTF8 ? "·" : "."
        }
    }

    /// The text in the legend; `nothing` has none.
    var meaning: String? {
        switch self {
        case .victim: "victim"
        case .exposed: "required, and the kernel may choose it"
        case .unknown: "required, reservation unknown"
        case .owned: "reserved by amtguard"
        case .kept: "required, reserved, not owned by a running amtguardd"
        case .outside: "required, not reserved, outside the local port range"
        case .others: "reserved by others"
        case .choice: "local port range"
        case .nothing: nil
        }
    }

    var tone: Status.Tone {
        switch self {
        case .victim, .exposed: .bad
        case .unknown, .outside: .doubtful
        case .owned, .kept: .good
        case .others: .plain
        case .choice, .nothing: .faint
        }
    }
}
