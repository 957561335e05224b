import AmtguardCore

/// All 65,536 ports: what is to be drawn of each.
struct PortSpace {
    /// What a port is, the gravest first: a column of the picture stands for hundreds and shows the gravest of them.
    enum Mark: Int, CaseIterable {
        /// A socket sits on it that AMT deafens.
        case victim
        /// Required, not reserved, and within reach: a hole.
        case exposed
        /// Required, and whether it is reserved can't be read.
        case unknown
        /// Required and reserved by amtguard.
        case owned
        /// Required and reserved, not by amtguard.
        case kept
        /// Required, not reserved, and out of reach.
        case outside
        /// Reserved, and not required: of others.
        case others
        /// The kernel chooses it.
        case choice
        case nothing
    }

    var required = PortSet()
    /// `nil` where the list can't be read.
    var reserved: PortSet?
    var owned = PortSet()
    /// What the kernel chooses from, reservations aside; `nil` where that can't be read.
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

    /// The numbers that a person looks for, the most important first.
    var landmarks: [UInt16] {
        required.ranges.map(\.lowerBound) + (reach?.ranges ?? []).flatMap { [$0.lowerBound, $0.upperBound] } + [
            .max, 0,
        ]
    }
}

extension PortSpace.Mark {
    /// One column.
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

    /// For the legend; what is nothing needs none.
    var meaning: String? {
        switch self {
        case .victim: "victim"
        case .exposed: "required, and the kernel may choose it"
        case .unknown: "required, reserved or not"
        case .owned: "reserved by amtguard"
        case .kept: "required, reserved, not owned by a running amtguardd"
        case .outside: "required, not reserved, out of reach"
        case .others: "reserved by others"
        case .choice: "the kernel chooses"
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
