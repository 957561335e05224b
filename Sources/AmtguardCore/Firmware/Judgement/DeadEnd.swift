// Machines whose engine can't be asked, even if the user changes drivers: why, and what to do instead.

/// Why nothing on this machine can be asked about AMT.
enum DeadEnd: Hashable {
    /// These engines exist and `mei_me` is loaded, but it created no device for them.
    case unusable([String])
    /// Another driver has these engines.
    case taken([String], by: String)
    /// The machine has a TXE instead of a management engine, and no node for it; the flag says whether its driver is
    /// loaded.
    case trustedEngine([String], isDriven: Bool)
    /// Intel's chipset shows no engine at all.
    case hidden
    /// A virtual machine with these network cards of Intel.
    case passedThrough([String], hypervisor: String)

    /// For people, on one line; the text after "AMT's state is not known:".
    var says: String {
        switch self {
        case .unusable(let engines):
            "the driver mei_me is loaded, but found no interface that it can use in \(engines.brief); this is typical "
                + "of a server's firmware (SPS), so AMT is unlikely"
        case .taken(let engines, let driver):
            "the driver \(driver) has \(engines.brief), the management engine, so this system can't ask it"
        case .trustedEngine(let engines, _):
            "\(engines.brief) is the trusted execution engine (TXE) of an Atom processor, which is not known to have "
                + "AMT, and there is no device for it"
        case .hidden:
            "Intel's chipset shows no management engine, but a BIOS can hide it while AMT runs"
        case .passedThrough(let cards, let hypervisor):
            "this is a virtual machine (\(hypervisor)), and Intel's network card \(cards.brief) is passed through to "
                + "it: if the physical machine has AMT, AMT takes packets from that card"
        }
    }

    /// What to do about it.
    var advice: String {
        switch self {
        case .unusable:
            "Loading a driver can't help. Look at the data sheet: if the machine has no AMT, remove amtguard; "
                + "if it has, set Mode=always."
        case .taken(_, let driver):
            "To let amtguard ask the firmware, give the function back to mei_me instead of \(driver)."
        case .trustedEngine(_, let isDriven):
            (isDriven ? "Loading a driver can't help." : "Load mei_me, so that amtguard can ask it.")
                + " Or look at the data sheet: if the machine has no AMT, remove amtguard."
        case .hidden:
            "Look at the BIOS set-up and the data sheet: if the machine has no AMT, remove amtguard; if it "
                + "has, set Mode=always."
        case .passedThrough:
            "Look at the physical machine: if it has no AMT, remove amtguard."
        }
    }
}

extension Presence {
    /// `nil` if something can be asked, or if no question is needed.
    var deadEnd: DeadEnd? {
        if !heci.isEmpty {
            guard devices.allSatisfy({ !$0.isOfCSME }) else { return nil }
            switch driver {
            case .missing: return nil
            case .loaded: return .unusable(heci)
            case .other(let name): return .taken(heci, by: name)
            }
        }
        guard !speaksForCSME, pciFunctions ?? 0 > 0 else { return nil }
        if let hypervisor = machine.hypervisor {
            return (machine.networkCards ?? []).isEmpty
                ? nil : .passedThrough(machine.networkCards ?? [], hypervisor: hypervisor)
        }
        guard machine.chipset == .intel else { return nil }
        return trustedEngines.isEmpty ? .hidden : .trustedEngine(trustedEngines, isDriven: driver != .missing)
    }
}

extension StateJudgement.Basis {
    /// The dead end, unless more is known than `/sys` shows now.
    var deadEnd: DeadEnd? {
        guard let deadEnd = presence?.deadEnd else { return nil }
        switch deadEnd {
        case .unusable, .taken: return deadEnd
        case .trustedEngine, .hidden, .passedThrough:
            return sawCSME || inquiry?.answer?.outcome == .answered ? nil : deadEnd
        }
    }
}

extension [String] {
    /// `0000:00:16.0, 0000:00:16.4`, cut if there are many.
    fileprivate var brief: String {
        let most = 4
        return prefix(most).joined(separator: ", ") + (count > most ? " and \(count - most) more" : "")
    }
}
