public import AmtguardCore
public import AmtguardLinux
import CLinux
import Glibc
import SystemPackage

/// A device node of the MEI driver, `/dev/meiN`.
public struct MEINode: Transport, ~Copyable {
    private let root: RootDirectory
    /// `mei0`
    private let name: String
    /// Below `--root` the node may be any file; on the machine itself it must be the device that `/sys` names.
    private let isConfirmed: Bool
    private var descriptor: Descriptor?

    /// - Parameter isConfirmed: Whether the node must be the character device whose number `/sys` confirms.
    public init(_ name: String, below root: consuming RootDirectory, isConfirmed: Bool) {
        self.root = root
        self.name = name
        self.isConfirmed = isConfirmed
    }

    public var now: Instant { .now() }

    /// The corresponding C function is `open`, with `O_NONBLOCK`, so that no later step waits longer than asked.
    public mutating func open() throws(LinkError) {
        close()
        do throws(Errno) {
            descriptor = try root.open(
                FilePath("/dev").appending(name), .readWrite,
                options: isConfirmed ? [.nonBlocking, .noFollow] : [.nonBlocking])
        } catch {
            throw .errno(error)
        }
        guard isConfirmed else { return }
        do throws(LinkError) {
            try confirm()
        } catch {
            close()
            throw error
        }
    }

    /// Without this, a program that runs as root would write to any file that is called mei0.
    private func confirm() throws(LinkError) {
        let number = number
        var status = stat()
        _ = try Self.result { unsafe Int(fstat(number, &status)) }
        guard status.st_mode & S_IFMT == S_IFCHR else { throw .otherNode("/dev/\(name) is no character device") }
        let found = "\(shim_major(status.st_rdev)):\(shim_minor(status.st_rdev))"
        let stated: [UInt8]
        do throws(Errno) {
            stated = try root.readFile(FilePath("/sys/class/mei").appending(name).appending("dev"), atMost: 64)
        } catch {
            throw .otherNode("/sys does not confirm the number of /dev/\(name): \(error)")
        }
        guard stated.elementsEqual("\(found)\n".utf8) else {
            throw .otherNode("/dev/\(name) is device \(found), and /sys says \(printable(stated.prefix { $0 != 10 }))")
        }
    }

    /// The corresponding C function is `ioctl` with `IOCTL_MEI_CONNECT_CLIENT`.
    ///
    /// The driver may take 15 s, and no signal interrupts it.
    public mutating func connect(to client: GUID) throws(LinkError) -> [UInt8] {
        let number = number
        var buffer = client.wire
        _ = try Self.result {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return -1 }
                return unsafe Int(ioctl(number, shim_mei_connect_client(), start))
            }
        }
        return buffer
    }

    /// The corresponding C function is `write`: one call, one message.
    public mutating func write(_ question: Question) throws(LinkError) {
        let (number, bytes) = (number, question.encoded)
        let count = try Self.result { unsafe Glibc.write(number, bytes, bytes.count) }
        guard count == bytes.count else { throw .errno(.ioError) }
    }

    /// The corresponding C functions are `poll` and `read`: one call, one message.
    public mutating func read(atMost size: Int, within limit: Duration) throws(LinkError) -> [UInt8] {
        let end = now + limit
        while true {
            let remaining = end - now
            guard remaining > .zero else { throw .silent }
            let events = try events(within: remaining)
            guard events != 0 else { throw .silent }
            do throws(LinkError) {
                return try receive(atMost: size)
            } catch LinkError.errno(.resourceTemporarilyUnavailable) {
                // Wake-ups without a cause are usual. After an error, with nothing to read, the connection is gone.
                guard events & Int16(POLLIN) != 0 else { throw .errno(.operationNotSupportedByDevice) }
            }
        }
    }

    public mutating func discard() {
        // A firmware that answers twice can leave this many messages. It must not make this loop endless.
        for _ in 0..<16 {
            guard let events = try? events(within: .zero), events & Int16(POLLIN) != 0,
                let bytes = try? receive(atMost: 65_536), !bytes.isEmpty
            else { return }
        }
    }

    /// The corresponding C function is `close`; it may block in the driver.
    public mutating func close() {
        descriptor = nil
    }

    /// The corresponding C function is `nanosleep`.
    public mutating func pause(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var rest = timespec()
        while unsafe nanosleep(&time, &rest) == -1, errno == EINTR { time = rest }
    }

    private func receive(atMost size: Int) throws(LinkError) -> [UInt8] {
        let number = number
        var buffer = [UInt8](repeating: 0, count: size)
        let count = try Self.result {
            unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
        }
        return Array(buffer.prefix(count))
    }

    /// The events that `poll` reports; 0 after the time.
    private func events(within limit: Duration) throws(LinkError) -> Int16 {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        let milliseconds = CInt(clamping: (limit.microseconds + 999) / 1_000)
        _ = try Self.result { unsafe Int(poll(&entry, 1, milliseconds)) }
        return entry.revents
    }

    private var number: CInt {
        switch descriptor {
        case .some(let descriptor): descriptor.fileDescriptor.rawValue
        case .none: preconditionFailure("/dev/\(name) is not open")
        }
    }

    /// Repeats a call that a signal interrupted. Unlike elsewhere, EFAULT is no bug of ours here: the driver returns it
    /// when the firmware does not answer the driver.
    private static func result(_ call: () -> Int) throws(LinkError) -> Int {
        while true {
            let value = call()
            guard value == -1 else { return value }
            guard errno == EINTR else { throw .errno(Errno(rawValue: errno)) }
        }
    }
}
