import AmtguardCore
import AmtguardLinux

/// What can be seen without a daemon: the list, the range, and who has AMT's own ports.
struct KernelView {
    let ports: Status.Ports

    /// Looks at the sockets; the rest the absence tells. Where AMT is, is not known, so nobody is said to be a victim.
    init(_ absence: Absence) {
        let shared = SharedAddresses(doubt: absence.reason.says)
        let judgement = SocketJudgement(try? readSockets(on: .ofAMT, includingBound: true), shared)
        ports = Status.Ports(
            required: .ofAMT, reserved: absence.reserved, owned: PortSet(), unowned: PortSet(),
            choice: absence.choice,
            takers: judgement.takers, holds: nil)
    }
}
