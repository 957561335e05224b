// The unprivileged side of the program on writes of the list. The guard has descriptors of the program's link, ring and
// page, maps the latter two, and makes no bpf(2) call.
//
// The kernel keeps the ring and the position of its reader. A new guard continues where the previous one settled.

public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// The writes of the list that the program in the kernel recorded, and the settings of the program.
public struct WriteLog: ~Copyable {
    /// The program stays attached as long as any process has this descriptor.
    public let link: Descriptor
    /// Readable while there are unsettled writes.
    public let ring: Descriptor
    /// The page that the program and the guard share.
    public let shared: Descriptor

    private let rootGroup: UInt64
    private let ringSize: Int
    private let consumer: SharedMapping
    private let producer: SharedMapping
    private let page: WritePage
    /// The end of what the last `wishes()` returned.
    private var readTo: UInt64
    private var readLost: UInt64

    /// The flags in the first word of a record, defined by the kernel's interface.
    private static let busy: UInt32 = 1 << 31
    private static let discarded: UInt32 = 1 << 30
    private static let headLength = 8

    /// Takes over what `WriteProgram.arm` created, in this or another process.
    ///
    /// The corresponding C function is `mmap`.
    /// - Throws: `invalidArgument` for descriptors of anything else.
    public init(adopting armed: consuming WriteProgram.Armed) throws(Errno) {
        try self.init(link: armed.link, ring: armed.ring, shared: armed.shared)
    }

    /// As `init(adopting:)`, from descriptors that were handed over one by one.
    public init(
        link: consuming Descriptor, ring: consuming Descriptor, shared: consuming Descriptor
    ) throws(Errno) {
        let ringSize = try BPFObject(ring).ringSize
        guard let rootGroup = try BPFObject(link).linkedGroup, ringSize >= pageSize,
            try BPFObject(shared).isPage(atLeast: MemoryLayout<list_page>.size)
        else { throw .invalidArgument }
        // The process that armed them may have omitted this.
        for number in [link.number, ring.number, shared.number] {
            try valueOrErrno { fcntl(number, F_SETFD, FD_CLOEXEC) }
        }
        let length = pageSize
        let consumer = try SharedMapping(ring, length: length, isWritable: true)
        // The kernel maps the data twice, so a record at the end of the ring is in one piece.
        let producer = try SharedMapping(ring, at: length, length: length + 2 * ringSize, isWritable: false)
        let page = try WritePage(shared, isWritable: true)
        readTo = consumer.load(at: 0)
        readLost = page[.settledLost]
        self.rootGroup = rootGroup
        self.ringSize = ringSize
        self.consumer = consumer
        self.producer = producer
        self.page = page
        self.link = link
        self.ring = ring
        self.shared = shared
    }

    /// For `poll`: readable while there are unsettled writes.
    public var descriptor: FileDescriptor { ring.fileDescriptor }

    /// All unsettled writes, the oldest first. They stay in the ring.
    ///
    /// From now on the program lets the guard replace the list, until another process writes it.
    public mutating func wishes() -> Wishes {
        // The program records first and counts then: each write that is counted now is in the ring, or lost.
        let seen = page[.seen]
        let (events, isWhole, isBusy) = read()
        // Further records may follow a record that is still being written. The guard must not replace the list then.
        page[.expected] = isBusy ? seen &- 1 : seen
        readLost = page[.lost]
        var lost = UInt32(truncatingIfNeeded: page[.settledLost])
        var gaps: Set<Int> = []
        for (index, event) in events.enumerated() where event.lost != lost {
            gaps.insert(index)
            lost = event.lost
        }
        if lost != UInt32(truncatingIfNeeded: readLost) || !isWhole { gaps.insert(events.count) }
        return Wishes(
            events.map(\.wish), lost: max(Int(clamping: readLost &- page[.settledLost]), isWhole ? 0 : 1), gaps: gaps)
    }

    /// Removes the writes from the ring that the last `wishes()` returned.
    public mutating func settle() {
        page[.settledLost] = readLost
        consumer.store(readTo, at: 0)
    }

    private mutating func read() -> (events: [WriteEvent], isWhole: Bool, isBusy: Bool) {
        let end = producer.load(at: 0)
        readTo = consumer.load(at: 0)
        var events: [WriteEvent] = []
        var isWhole = true
        // Only a guard with corrupt memory gets a position that is too far away.
        guard end &- readTo <= UInt64(ringSize), readTo.isMultiple(of: 8) else {
            readTo = end
            return ([], false, false)
        }
        while readTo != end {
            let start = pageSize + Int(readTo & UInt64(ringSize - 1))
            let head = producer.loadWord(at: start)
            // The kernel is still copying this record, and wakes the guard afterwards.
            if head & Self.busy != 0 { return (events, isWhole, true) }
            let length = Int(head & ~(Self.busy | Self.discarded))
            let step = UInt64((Self.headLength + length + 7) & ~7)
            guard step <= end &- readTo else {
                readTo = end
                return (events, false, false)
            }
            readTo &+= step
            guard head & Self.discarded == 0 else { continue }
            if let event = WriteEvent.parse(producer.bytes(at: start + Self.headLength, count: length)[...]) {
                events.append(event)
            } else {
                isWhole = false
            }
        }
        return (events, isWhole, false)
    }

    /// Makes the program work for this process, in this network namespace. Whether it keeps ports in the list stays
    /// unchanged: a previous guard may have set it.
    ///
    /// - Parameter namespace: `NetworkNamespace.inode()`.
    public func guardNow(in namespace: UInt64) {
        let pidNamespace = try? RootDirectory().open("/proc/self/ns/pid", flags: O_PATH).status()
        page[.guardPID] = UInt64(getpid())
        page[.guardPIDNamespace] = UInt64(pidNamespace?.st_ino ?? 0)
        page[.guardGroup] = ControlGroup.ownServiceID() ?? 0
        page[.rootGroup] = rootGroup
        page[.networkNamespace] = namespace
    }

    /// Whether other programs have written since the last `wishes()`.
    var isOutdated: Bool { page[.seen] != page[.expected] }

    /// Sets whether a replacing write of another program is turned into an addition. Otherwise it is only recorded.
    public func prevent(_ isOn: Bool) { page[.prevents] = isOn ? 1 : 0 }
}
