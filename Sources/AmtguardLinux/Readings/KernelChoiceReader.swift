public import AmtguardCore
public import SystemPackage

/// Reads which ports the kernel may choose.
public struct KernelChoiceReader {
    /// `net.ipv4.ip_local_port_range`.
    public var portRange: FilePath
    /// `net.ipv4.ip_unprivileged_port_start`.
    public var unprivilegedStart: FilePath
    /// `net.ipv4.ip_autobind_reuse`.
    public var autobindReuse: FilePath

    /// The settings of the caller's network namespace, or files of the same format.
    public init(
        portRange: FilePath = "/proc/sys/net/ipv4/ip_local_port_range",
        unprivilegedStart: FilePath = "/proc/sys/net/ipv4/ip_unprivileged_port_start",
        autobindReuse: FilePath = "/proc/sys/net/ipv4/ip_autobind_reuse"
    ) {
        self.portRange = portRange
        self.unprivilegedStart = unprivilegedStart
        self.autobindReuse = autobindReuse
    }

    /// The present settings.
    ///
    /// - Throws: `badMessage` for text that is not a pair of ports, or not a port.
    public func read() throws(Errno) -> KernelChoice {
        let range = try numbers(in: portRange)
        guard range.count == 2, range[0] <= range[1] else { throw .badMessage }
        var start: UInt16 = 1_024  // Fixed before Linux 4.11, which has no such file.
        do throws(Errno) {
            let numbers = try numbers(in: unprivilegedStart)
            guard numbers.count == 1 else { throw .badMessage }
            start = numbers[0]
        } catch Errno.noSuchFileOrDirectory {}
        var reuse: [UInt16] = [0]  // Since Linux 5.7.
        do throws(Errno) {
            reuse = try numbers(in: autobindReuse)
            guard reuse.count == 1 else { throw .badMessage }
        } catch Errno.noSuchFileOrDirectory {}
        return KernelChoice(
            ephemeralRange: range[0]...range[1], unprivilegedStart: start, autobindReuse: reuse != [0])
    }

    /// Decimal numbers of 16 bits, between blanks.
    private func numbers(in path: FilePath) throws(Errno) -> [UInt16] {
        let text = try RootDirectory().readFile(path, atMost: 64)
        let words = text.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
        var numbers: [UInt16] = []
        for word in words {
            guard let number = decimal(word).flatMap({ UInt16(exactly: $0) }) else { throw .badMessage }
            numbers.append(number)
        }
        return numbers
    }
}
