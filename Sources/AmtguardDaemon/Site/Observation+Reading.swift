import AmtguardCore
import AmtguardLinux
import SystemPackage

// Readings as observations: the value, or why it could not be read.

extension Guardian.Observation {
    /// Which ports the kernel may choose.
    static func readChoice() -> Guardian.Observation {
        do { return .choice(try KernelChoiceReader().read()) } catch { return .choice(nil, ReadingFailure(error)) }
    }

    static func readInterfaces() -> Guardian.Observation {
        do { return .interfaces(try AmtguardLinux.readInterfaces()) } catch {
            return .interfaces(nil, ReadingFailure(error))
        }
    }

    /// The translated connections on these addresses and ports. With 200,000 connections the reading takes 60 ms.
    ///
    /// - Parameter interest: `nil` if the addresses are unknown.
    static func readFlows(_ interest: RedrawTable?) -> Guardian.Observation {
        guard let interest else { return .flows(nil) }
        guard !interest.addresses.isEmpty else { return .flows(FlowReading([])) }
        do {
            return .flows(try readTranslatedFlows(on: interest.addresses, tcp: interest.tcp, udp: interest.udp))
        } catch .noSuchFileOrDirectory {
            // The kernel tracks no connections, so none is translated.
            return .flows(FlowReading([]))
        } catch {
            return .flows(nil, ReadingFailure(error))
        }
    }

    /// The sockets on these ports. With a hundred thousand connections the reading takes 40 ms.
    static func readSockets(on ports: PortSet, own: OwnSockets) -> Guardian.Observation {
        do {
            return .sockets(try AmtguardLinux.readSockets(on: ports, own: own))
        } catch {
            return .sockets(nil, ReadingFailure(error))
        }
    }
}
