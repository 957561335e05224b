import AmtguardCore

/// The kernel's part of a simulated machine: the list, and perhaps the program on its writes. Both outlive each daemon.
struct SimulatedKernel: Sendable {
    var list = SimulatedList()
    var program: SimulatedProgram?
    /// Writes that the program has seen and the kernel has not carried out.
    private var unfinished: [(ports: PortSet, isPrevented: Bool)] = []

    /// Another program writes.
    ///
    /// - Parameter isSlow: Whether a replacement that the program has seen takes effect only with `finishWrites()`.
    mutating func write(_ act: Stranger.Act, by writer: Writer?, isSlow: Bool) {
        finishWrites()
        let losses = program?.lost ?? 0
        let isPrevented = program?.note(act, by: writer) ?? false
        list.isUncertain =
            switch act {
            case _ where (program?.lost ?? 0) > losses: true
            case .replace: false
            case .garble: true
            case .join, .refused: list.isUncertain
            }
        switch act {
        case .replace(let ports), .garble(let ports):
            if program != nil, isSlow {
                unfinished.append((ports, isPrevented))
            } else {
                replace(with: ports, isPrevented: isPrevented)
            }
        case .join(let ports): list.join(ports)
        case .refused: break
        }
    }

    /// The kernel carries out the writes that the program has seen.
    mutating func finishWrites() {
        guard !unfinished.isEmpty else { return }
        for write in unfinished { replace(with: write.ports, isPrevented: write.isPrevented) }
        unfinished = []
    }

    private mutating func replace(with ports: PortSet, isPrevented: Bool) {
        if isPrevented { list.keep(replacingWith: ports) } else { list.replace(with: ports) }
    }
}
