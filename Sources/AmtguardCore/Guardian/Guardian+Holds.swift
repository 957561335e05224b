// The guardian's part in the holds: which to take, and which reasons to report.

extension Guardian {
    /// Ports are held if they are required, and never if amtguard only reports.
    var holdPlan: HoldPlan {
        guard configuration.hold != .off, configuration.mode != .observe, isNeeded, !reservation.required.isEmpty else {
            return .nothing
        }
        return HoldPlan(
            places: claims.map { claim in
                let ports = claim.toGuard(reservation.required)
                return HoldPlan.Place(claim.addressesToHold, tcp: ports.tcp, udp: ports.udp)
            },
            holdsUDP: configuration.holdsUDP, isShared: configuration.hold == .cooperative)
    }

    /// A hold that fails does not worsen the verdict: the list still keeps the kernel from choosing the port.
    var holdReasons: [Reason] {
        var reasons = holding.refusals.compactMap { refusal in
            refusal.obstacle.advice.map { advice in
                Reason(
                    id: "hold-\(refusal.obstacle.id)",
                    says: "\(refusal.holds.brief) is not held: \(refusal.obstacle.says)",
                    advice: advice)
            }
        }
        if holding.passedOver > 0 {
            let addresses = holding.passedOver == 1 ? "address is" : "addresses are"
            reasons.append(
                Reason(
                    id: "hold-limit",
                    says: "\(holding.passedOver) more \(addresses) not held: the limit is \(HoldPlan.mostAddresses) "
                        + "addresses, and \(HoldPlan.mostHolds) ports in all"))
        }
        return reasons
    }
}

extension Status.HeldPort {
    init(_ hold: Hold, _ state: Holding.State) {
        address = hold.address.description
        port = hold.port
        `protocol` = hold.protocol.rawValue
        switch state {
        case .held: self.state = "held"
        case .refused(let obstacle):
            self.state = "refused"
            says = obstacle.says
        }
    }
}
