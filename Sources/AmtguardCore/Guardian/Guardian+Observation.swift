extension Guardian {
    /// One observation. It gives the present state, not what has changed.
    public enum Observation: Sendable {
        /// One look at the list.
        case list(Reading, Prompt)
        /// An effect on the list was refused.
        case refused(Obstacle)
        /// The watch showed that other programs wrote the list, and named these writers.
        case written(by: [Writer])
        /// The unsettled writes that a program in the kernel has shown. They were read after the list.
        case wished(Wishes)
        /// What `/sys` shows, and which parts of it could not be read.
        case presence(Presence)
        /// The result of asking the firmware.
        case firmware(FirmwareInquiry)
        /// The time that `Effect.wakeForFirmware` arranged has come.
        case firmwareDue
        /// A MEI device appeared, disappeared or changed its state.
        case deviceChanged
        /// The machine has slept. Its firmware may have been reset in the meantime.
        case resumed
        /// What SMBIOS has about AMT; `nil` if it was not handed over.
        case smbios(SMBIOSReading?)
        /// The host's interfaces with their addresses; if they can't be read, `nil` and the reason.
        case interfaces([HostInterface]?, ReadingFailure? = nil)
        /// Whether the host's Wi-Fi driver hands packets over to AMT (`iwlmei`); `nil` if unknown.
        case wirelessDiverted(Bool?)
        /// What is held, and what could not be held.
        case holds(HoldReading, Prompt)
        /// The sockets of this host on `Guardian.portsOfInterest`; if they can't be read, `nil` and the reason.
        case sockets(SocketReading?, ReadingFailure? = nil)
        /// Whether addresses are translated here.
        case translation(Translation)
        /// What the kernel shows of the redraw table.
        case redrawTable(RedrawReading, Prompt)
        /// The unanswered connections of `Guardian.flowsOfInterest`; if they can't be read, `nil` and the reason.
        case flows(FlowReading?, ReadingFailure? = nil)
        /// Which ports the kernel may choose; if they can't be read, `nil` and the reason.
        case choice(KernelChoice?, ReadingFailure? = nil)
        /// How the list is watched.
        case watch(Watch)
        /// The configuration was read: its correct values, and the problems that a person should look at.
        case configuration(Configuration, [ConfigurationProblem])
        /// The record of a former guardian of this boot, if it could not be read at the start and can be read now.
        case record(Memory)
        /// A user probed AMT's ports and reported it.
        case probe(ProbeRecord)
        /// Whether the runtime directory can be written; `nil` if so, else why not.
        case runtimeDirectory(problem: String?)
        /// The first attempt to reserve was made, with any result.
        case started
        /// The service manager was notified that the daemon guards. Now there is time for slower readings.
        case ready
        /// A reload was requested; the configuration was read again, and everything was looked at.
        case reloaded
        /// The daemon was asked to stop.
        case stopping
    }
}
