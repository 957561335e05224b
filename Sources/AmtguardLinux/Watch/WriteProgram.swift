// Loads and attaches the program on writes of the list: a task of root, once, before the guard.

import CLinux
import Glibc
public import SystemPackage

/// The program in the kernel that sees each write of the list: `Sources/CLinux/list.bpf.c`.
public enum WriteProgram {
    /// The attached program. It stays attached as long as any process has a descriptor of the link.
    @frozen
    public struct Armed: ~Copyable {
        public var link: Descriptor
        /// The ring with the recorded writes.
        public var ring: Descriptor
        /// The page that the program and the guard share.
        public var shared: Descriptor

        /// Descriptors that were handed over.
        public init(link: consuming Descriptor, ring: consuming Descriptor, shared: consuming Descriptor) {
            self.link = link
            self.ring = ring
            self.shared = shared
        }
    }

    /// The program can't be used here; one line.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// Where `make install` puts the compiled program. `AMTGUARD_PROGRAM` in the environment is for tests.
    public static var installedObject: FilePath {
        unsafe getenv("AMTGUARD_PROGRAM").map { unsafe FilePath(platformString: $0) } ?? "/usr/lib/amtguard/list.bpf.o"
    }

    /// Loads the program, and attaches it to a control group and all groups below it. If the same program is attached
    /// there for the same network namespace, that one is taken over with its recorded writes.
    ///
    /// The corresponding C functions are `bpf_object__open_file`, `bpf_object__load` and `bpf`.
    /// - Parameters:
    ///   - object: The compiled program.
    ///   - cgroup: The control group's directory; the root of the tree of version 2 by default.
    public static func arm(object: FilePath, cgroup: FilePath? = nil) throws(Failure) -> Armed {
        guard let directory = cgroup ?? ControlGroup.mount() else {
            throw Failure(description: "control groups of version 2 are not mounted")
        }
        var id: UInt32 = 0
        // This call needs the same permission as loading the program, so libbpf is not loaded needlessly.
        guard unsafe shim_bpf_link_next(&id) == 0 || errno != EPERM else {
            throw Failure(description: "bpf(2): \(Errno.notPermitted)")
        }
        let loaded = try LoadedProgram(object)
        do throws(Errno) {
            let group = try RootDirectory().open(directory, flags: O_RDONLY | O_DIRECTORY)
            // The kernel's answer would be EBADF.
            guard ControlGroup.isVersion2(group) else { throw .operationNotSupportedByDevice }
            let program = try ProgramIdentity(loaded.program)
            let id = UInt64(try group.status().st_ino)
            let network = try NetworkNamespace.inode()
            if let armed = attached(program, toGroup: id, network: network) { return armed }
            let shared = try copy(loaded.shared)
            // Before anyone can find it: a guard of another namespace may be armed at this moment.
            try WritePage(shared, isWritable: true)[.armedFor] = network
            return Armed(
                link: Descriptor(
                    owning: try valueOrErrno { shim_bpf_link_create(loaded.program, group.number) }),
                ring: try copy(loaded.ring), shared: shared)
        } catch {
            throw Failure(description: "the program on writes can't be attached to \(directory): \(error)")
        }
    }

    private static func copy(_ number: CInt) throws(Errno) -> Descriptor {
        Descriptor(owning: try valueOrErrno { fcntl(number, F_DUPFD_CLOEXEC, 0) })
    }

    /// The same program, if it is attached to this group and works for this network namespace, or was armed for it and
    /// works for none yet.
    private static func attached(_ program: ProgramIdentity, toGroup group: UInt64, network: UInt64) -> Armed? {
        var id: UInt32 = 0
        while unsafe shim_bpf_link_next(&id) == 0 {
            // A link may have disappeared by now.
            guard let link = try? BPFInfo.open({ shim_bpf_link_open(id) }),
                let info = try? BPFInfo.read(link.number, bpf_link_info()),
                info.type == BPF_LINK_TYPE_CGROUP.rawValue, info.cgroup.cgroup_id == group,
                info.cgroup.attach_type == BPF_CGROUP_SYSCTL.rawValue,
                let other = try? BPFInfo.open({ shim_bpf_program_open(info.prog_id) }),
                let identity = try? ProgramIdentity(other.number), identity == program,
                let maps = try? maps(of: other.number)
            else { continue }
            var ring: Descriptor?
            var shared: Descriptor?
            for map in maps {
                guard let descriptor = try? BPFInfo.open({ shim_bpf_map_open(map) }),
                    let information = try? BPFInfo.read(descriptor.number, bpf_map_info())
                else { continue }
                switch BPFInfo.name(information.name) {
                case LoadedProgram.ringName: ring = consume descriptor
                case LoadedProgram.sharedName: shared = consume descriptor
                default: continue
                }
            }
            guard let ring, let shared, let page = try? WritePage(shared, isWritable: false) else { continue }
            let worksFor = page[.networkNamespace]
            guard (worksFor == 0 ? page[.armedFor] : worksFor) == network else { continue }
            return Armed(link: link, ring: ring, shared: shared)
        }
        return nil
    }

    /// The ids of a program's maps.
    private static func maps(of program: CInt) throws(Errno) -> [UInt32] {
        var ids = [UInt32](repeating: 0, count: 16)
        var info = bpf_prog_info()
        info.nr_map_ids = UInt32(ids.count)
        let count = try unsafe ids.withUnsafeMutableBufferPointer { buffer throws(Errno) in
            info.map_ids = UInt64(UInt(bitPattern: buffer.baseAddress))
            return try BPFInfo.read(program, info).nr_map_ids
        }
        return Array(ids.prefix(Int(count)))
    }
}

/// The properties that identify a program. The tag is a hash of its instructions.
private struct ProgramIdentity: Hashable {
    let tag: [UInt8]
    let name: String

    init(_ program: CInt) throws(Errno) {
        let info = try BPFInfo.read(program, bpf_prog_info())
        tag = unsafe withUnsafeBytes(of: info.tag) { unsafe Array($0) }
        name = BPFInfo.name(info.name)
    }
}

private enum BPFInfo {
    static func open(_ call: () -> CInt) throws(Errno) -> Descriptor {
        Descriptor(owning: try valueOrErrno(call))
    }

    /// Fills a structure of the kernel. The corresponding C constant is `BPF_OBJ_GET_INFO_BY_FD`.
    static func read<Info>(_ number: CInt, _ blank: Info) throws(Errno) -> Info {
        var info = blank
        try valueOrErrno {
            unsafe withUnsafeMutablePointer(to: &info) {
                unsafe shim_bpf_info(number, $0, UInt32(MemoryLayout<Info>.size))
            }
        }
        return info
    }

    /// The text of an array of characters.
    static func name<Characters: BitwiseCopyable>(_ characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
