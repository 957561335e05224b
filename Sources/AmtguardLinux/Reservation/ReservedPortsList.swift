// `net.ipv4.ip_local_reserved_ports`: one map of 65,536 bits per network namespace, shared by all programs.
//
// Three properties of the kernel's interface shape this file:
// - A read answers only from position 0, and cuts the text at the end of the buffer, even in the middle of a number. So
//   a reading is one call. If it filled its buffer, it is repeated with a buffer that holds every list.
// - The kernel allocates and zeroes as much as the caller offers: 1.7 µs with 4 KiB, 13 µs with 256 KiB. So the small
//   buffer is offered first: 4 KiB hold some 700 single ports.
// - A write at position 0 replaces the map; at any other position it adds to it.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The kernel's list of reserved ports, held open.
///
/// The open descriptor also keeps a watch alive: without it the kernel may drop the file's inode under memory pressure,
/// and an inotify watch gets no more events.
public struct ReservedPortsList: ~Copyable {
    /// Why a reading failed.
    public enum ReadError: Error, Hashable {
        /// The kernel refused.
        case system(Errno)
        /// The path is another file, which is not a list of ports.
        case syntax(PortSet.SyntaxError)
        /// The path is another file: the longest list has 190 KiB, and this one has more than 256.
        case tooLong
    }

    /// The path of the list of the caller's network namespace.
    public static let path: FilePath = "/proc/sys/net/ipv4/ip_local_reserved_ports"

    static let usualCapacity = 4_096
    /// Every second port: 32,768 numbers of up to five digits, with commas: 190 KiB.
    static let largestCapacity = 262_144

    /// Why the list could not be opened for writing; EROFS in a sandbox, EACCES without CAP_NET_ADMIN.
    public let refusal: Errno?

    let file: Descriptor
    private var offered: TextBuffer
    private var last: TextBuffer
    private var parsed: PortSet?

    /// Opens the list. If writing is refused, it opens it for reading only, so that it can still be reported.
    ///
    /// The corresponding C function is `open`.
    public init(path: FilePath = ReservedPortsList.path) throws(Errno) {
        var refusal: Errno?
        let file = try Self.open(path, refusal: &refusal)
        try self.init(file: file, refusal: refusal)
    }

    init(file: consuming Descriptor, refusal: Errno?) throws(Errno) {
        let offered = try TextBuffer(capacity: Self.usualCapacity)
        let last = try TextBuffer(capacity: Self.usualCapacity)
        self.refusal = refusal
        self.file = file
        self.offered = offered
        self.last = last
    }

    private static func open(_ path: FilePath, refusal: inout Errno?) throws(Errno) -> Descriptor {
        let root = try RootDirectory()
        do {
            return try root.open(path, flags: O_RDWR | O_NONBLOCK)
        } catch {
            guard [.readOnlyFileSystem, .permissionDenied, .notPermitted].contains(error) else { throw error }
            refusal = error
            return try root.open(path, flags: O_RDONLY | O_NONBLOCK)
        }
    }

    /// Whether it is the kernel's own file, and not a file mounted over it, whose content must not be changed. The
    /// corresponding C function is `fstatfs`.
    public var isKernels: Bool {
        get throws(Errno) {
            let number = file.number
            var status = statfs()
            try valueOrErrno { unsafe fstatfs(number, &status) }
            return status.f_type == __fsword_t(PROC_SUPER_MAGIC)
        }
    }

    /// Whether the list can be written.
    public var isWritable: Bool { refusal == nil }

    /// The open file, for a watch.
    public var fileDescriptor: FileDescriptor { file.fileDescriptor }

    /// The present reserved ports, from one call.
    ///
    /// Nothing is parsed or allocated if the text equals that of the last reading.
    /// The corresponding C function is `pread`.
    public mutating func read() throws(ReadError) -> PortSet {
        if try isUnchanged(), let parsed { return parsed }
        let ports: PortSet
        do {
            ports = unsafe try offered.withText { (text) throws(PortSet.SyntaxError) in
                unsafe try PortSet(kernel: text)
            }
        } catch {
            throw .syntax(error)
        }
        swap(&offered, &last)
        parsed = ports
        return ports
    }

    /// Reads the text, and returns whether it equals that of the last reading.
    mutating func isUnchanged() throws(ReadError) -> Bool {
        do { try refill() } catch { throw .system(error) }
        guard !offered.isFull else { throw .tooLong }
        return parsed != nil && offered.holdsSameText(as: last)
    }

    private mutating func refill() throws(Errno) {
        try offered.fill(from: file)
        if offered.isFull, offered.capacity < Self.largestCapacity {
            try offer(Self.largestCapacity)
            try offered.fill(from: file)
        } else if offered.capacity > Self.usualCapacity, offered.count < Self.usualCapacity / 2 {
            // Shrinks only below half the size, so that a list about as long as the buffer does not cause a remap at
            // each reading.
            try offer(Self.usualCapacity)
        }
    }

    /// Replaces both buffers by ones of another size, and keeps their text.
    private mutating func offer(_ capacity: Int) throws(Errno) {
        var text = try TextBuffer(capacity: capacity)
        var former = try TextBuffer(capacity: capacity)
        text.copy(offered)
        former.copy(last)
        if last.count > capacity { parsed = nil }  // Cut: it no longer is the text of `parsed`.
        offered = text
        last = former
    }
}

// From the privileged step to the guard. In a sandbox with its own mount of procfs the same setting is another inode,
// so a write to the host's inode does not wake a watch on the other.

extension ReservedPortsList {
    /// Takes over a list that a privileged process opened. The kernel's information about the descriptor is checked,
    /// not its name: the step may have opened it through a mount of that file alone.
    ///
    /// At each write the kernel checks whether the writer may write, so this gives the guard no additional right.
    /// The corresponding C functions are `fstatfs` and `fcntl`.
    /// - Throws: `invalidArgument` for another file, or one that is not open for writing. The descriptor is closed.
    public static func adopt(_ handed: consuming Descriptor) throws(Errno) -> ReservedPortsList {
        let number = handed.number
        let status = try valueOrErrno { fcntl(number, F_GETFL) }
        guard status & O_ACCMODE == O_RDWR else { throw .invalidArgument }
        try valueOrErrno { fcntl(number, F_SETFD, FD_CLOEXEC) }
        var list = try ReservedPortsList(file: handed, refusal: nil)
        guard try list.isKernels, (try? list.read()) != nil else { throw .invalidArgument }
        return list
    }
}

extension ReservedPortsList {
    /// Reserves `ports` in addition to the reserved ones.
    ///
    /// Two writers at the same instant can still lose bits, since the kernel takes no lock: read again afterwards.
    /// The corresponding C function is `pwrite`, at position 1.
    public borrowing func add(_ ports: PortSet) throws(Errno) {
        if let refusal { throw refusal }
        for piece in ports.pieces(ofAtMost: PortSet.writeLength) {
            try write(piece, at: 1)
        }
    }

    /// Writes one text, in one call as far as the kernel accepts it.
    borrowing func write(_ text: String, at position: off_t) throws(Errno) {
        let number = file.number
        var rest = Array(text.utf8)[...]
        var position = position
        while !rest.isEmpty {
            let count = try valueOrErrno {
                unsafe rest.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, $0.count, position) }
            }
            guard count > 0 else { throw .ioError }
            rest = rest.dropFirst(count)
            position = 1  // What the kernel left over adds to what it accepted.
        }
    }
}
