extension Guardian {
    /// One observation. It gives the present state, not what has changed.
    public enum Observation: Sendable {
        /// One look at the list.
        case list(Reading, Prompt)
        /// An effect on the list was refused.
        case refused(Obstacle)
        /// The watch showed that other programs wrote the list. It named these writers.
        case written(by: [Writer])
        /// The writes that a program in the kernel has shown and that are not settled. They were read after the list.
        case wished(Wishes)
        /// What `/sys` shows, and which parts of it could not be read.
        case presence(Presence)
        /// The result of asking the firmware.
        case firmware(FirmwareInquiry)
        /// The time that `Effect.wakeForFirmware` arranged has come.
        case firmwareDue
        /// The MEI device came, went, or changed its state.
        case deviceChanged
        /// The machine has slept. Its firmware may have been reset in the meantime.
        case resumed
        /// What SMBIOS says of AMT; `nil` if it was not handed over.
        case smbios(SMBIOSReading?)
        /// The host's interfaces with their addresses; if they can't be read, `nil` and the reason.
        case interfaces([HostInterface]?, ReadingFailure? = nil)
        /// Whether the host's Wi-Fi driver hands AMT's packets over (`iwlmei`); `nil` if that can't be known.
        case wirelessDiverted(Bool?)
        /// What is held, and what could not be.
        case holds(HoldReading, Prompt)
        /// The sockets of this host on `Guardian.portsOfInterest`; if they can't be read, `nil` and the reason.
        case sockets(SocketReading?, ReadingFailure? = nil)
        /// Whether addresses are translated here.
        case translation(Translation)
        /// What the kernel shows of the redraw table.
        case redrawTable(RedrawReading, Prompt)
        /// The unanswered connections of `Guardian.flowsOfInterest`; if they can't be read, `nil` and the reason.
        case flows(FlowReading?, ReadingFailure? = nil)
        /// Which ports the kernel may choose; if that can't be read, `nil` and the reason.
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
        /// The first attempt was made, whatever its result.
        case started
        /// The service manager knows that the daemon guards. Now there is time to find out more.
        case ready
        /// A person asked for the configuration to be read again; it was, and everything was looked at.
        case reloaded
        /// The daemon was told to stop.
        case stopping
    }
}
