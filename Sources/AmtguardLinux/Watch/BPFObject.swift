import CLinux
import SystemPackage

/// The properties of a BPF map or link, from `/proc/self/fdinfo` of its descriptor.
struct BPFObject: Hashable {
    private var fields: [String: String] = [:]

    /// Parses lines such as `map_type:\t27`.
    init(fdinfo text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
            fields[String(decoding: parts[0], as: UTF8.self)] = String(decoding: value, as: UTF8.self)
        }
    }

    /// Reads the thread's directory, because the process's may belong to another user.
    init(_ descriptor: borrowing Descriptor) throws(Errno) {
        let path = FilePath("/proc/thread-self/fdinfo/\(descriptor.number)")
        self.init(fdinfo: try RootDirectory().readFile(path, atMost: 65_536))
    }

    /// The number of bytes of a ring; 0 for any other object.
    var ringSize: Int {
        guard number("map_type") == Int(BPF_MAP_TYPE_RINGBUF.rawValue), let size = number("max_entries"),
            size > 0, size & (size - 1) == 0, size <= 1 << 28
        else { return 0 }
        return size
    }

    /// Whether it is an array whose first element of at least `length` bytes can be mapped.
    func isPage(atLeast length: Int) -> Bool {
        number("map_type") == Int(BPF_MAP_TYPE_ARRAY.rawValue) && (number("value_size") ?? 0) >= length
            && (number("max_entries") ?? 0) > 0 && (number("map_flags") ?? 0) & BPF_F_MMAPABLE != 0
    }

    /// The id of the control group to which a link is attached; `nil` for any other object.
    var linkedGroup: UInt64? {
        fields["link_type"] == "cgroup" ? fields["cgroup_id"].flatMap { UInt64($0) } : nil
    }

    private func number(_ name: String) -> Int? {
        guard let text = fields[name] else { return nil }
        return text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }
}
