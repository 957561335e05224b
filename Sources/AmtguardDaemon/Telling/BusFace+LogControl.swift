import AmtguardCore
import AmtguardSystemd

// `systemctl service-log-level amtguardd debug`, by org.freedesktop.LogControl1(5).

extension BusFace {
    var logControl: BusInterface {
        let daemon = daemon
        return LogControl.interface(
            level: { [unowned daemon] in daemon.teller.level },
            setLevel: { [unowned daemon] in daemon.teller.level = $0 },
            target: { "auto" }, setTarget: { $0 == "auto" },
            identifier: Teller.identifier)
    }
}
